import assert from 'node:assert/strict';
import { UsageFault } from '../../../src/common/fault';
import { executorOf } from '../../../src/cli/executors';
import { RunStore } from '../../../src/runs/store';
import { fakeTrial } from '../runs/fakes';
import { temporaryFolder } from '../support/temporaryFolder';

describe('where trials run', () => {
  const folder = temporaryFolder();

  it('is no cluster for a sweep whose trials are compared, and nothing is written there', async () => {
    const store = new RunStore(folder.path);
    const request = {
      name: 'fake',
      trials: [{ ...fakeTrial('quick'), earlyStop: { eta: 2, rungs: [0.5 as const] } }],
      store,
      signal: new AbortController().signal,
      fingerprint: () => Promise.reject(new Error('no data are looked at')),
      onProgress: () => undefined,
      onNote: () => undefined,
    };
    await assert.rejects(
      executorOf({ on: 'slurm', 'state-seconds': '5' }, 'dist').run(request),
      /^UsageFault: sweep\.earlyStop compares trials on this machine alone: take it out of the study to run it on Slurm, or leave out --on slurm\.$/,
    );
    assert.deepEqual(await store.names(), []);
  });

  for (const [options, sentence] of [
    [{ 'state-seconds': 'soon' }, /^--state-seconds is soon: give a number of seconds from 0 up\.$/],
    [{ on: 'slurm', 'state-seconds': '-1' }, /^--state-seconds is -1: /],
    [{ on: 'moon' }, /^--on is moon: give local or slurm\.$/],
    [{ partition: 'gpu' }, /^--partition says nothing to this machine: add --on slurm or leave it out\.$/],
  ] as const)
    it(`refuses ${JSON.stringify(options)}`, () =>
      assert.throws(
        () => executorOf(options, 'dist'),
        (error: unknown) => error instanceof UsageFault && sentence.test(error.message),
      ));
});
