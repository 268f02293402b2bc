import assert from 'node:assert/strict';
import { UsageFault } from '../../../src/common/fault';
import { askedAgain } from '../../../src/cli/askedAgain';
import type { ExecutorOptions } from '../../../src/cli/executorOptions';
import { executorOf } from '../../../src/cli/executors';
import { RunStore } from '../../../src/runs/store';
import type { AskedOptions, RunState } from '../../../src/runs/record';
import { fakeRecord, fakeTrial } from '../runs/fakes';
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

describe('where runs are resumed', () => {
  const run = (asked: AskedOptions | undefined, createdAt: string, state: RunState = 'failed') =>
    fakeRecord({ state, createdAt, ...(asked && { asked }) });
  const slurm = { on: 'slurm', partition: 'gpu', time: '1:00:00', threads: '4', 'state-seconds': '5' };

  for (const [given, runs, expected, why] of [
    [{}, [run(undefined, '1')], {}, 'on this machine what ran here'],
    [{}, [run(slurm, '1')], slurm, 'in the cluster what ran there, asked in the same way'],
    [{ time: '8:00:00' }, [run(slurm, '1')], { ...slurm, time: '8:00:00' }, 'with what is given in place of what was asked'],
    [{ on: 'local' }, [run(slurm, '1')], { on: 'local' }, 'where the command says'],
    [{ on: 'slurm' }, [run(slurm, '1')], { on: 'slurm' }, 'as the command says, when it says where'],
    [{}, [run(slurm, '1'), run(undefined, '2')], {}, 'where the latest ran'],
    [{}, [run(slurm, '1'), run(undefined, '2', 'finished')], slurm, 'where the latest of those ran that have not finished'],
    [{}, [run({ on: 'slurm', threads: ['4'], 'slurm-option': '--x', moon: '1' }, '1')], { on: 'slurm' }, 'without what no option takes'],
    [
      {},
      [run({ on: 'slurm', 'slurm-option': ['--account=lab', '-pgpu', '--gres=gpu:1'] }, '1')],
      { on: 'slurm', 'slurm-option': ['--account=lab', '-pgpu', '--gres=gpu:1'] },
      'with options of sbatch that choose resources',
    ],
    [
      { 'slurm-option': ['--export=A=1'] },
      [run({ on: 'slurm', 'slurm-option': ['--export=A=1'] }, '1')],
      { on: 'slurm', 'slurm-option': ['--export=A=1'] },
      'with any that a person gives again',
    ],
  ] as const satisfies readonly (readonly [ExecutorOptions, readonly unknown[], ExecutorOptions, string])[])
    it(`is ${why}`, () => assert.deepEqual(askedAgain(given, runs), expected));

  for (const option of [
    '--export=ALL,NODE_OPTIONS=--require=/tmp/evil.js',
    '--output=/home/me/.profile',
    '--wrap=evil',
    'evil.sh',
    '-o/tmp/x',
  ])
    it(`takes ${option} from no record`, () =>
      assert.throws(
        () => askedAgain({}, [run({ on: 'slurm', 'slurm-option': ['--account=lab', option] }, '1')]),
        (error: unknown) =>
          error instanceof UsageFault &&
          error.message ===
            `The cluster was asked for these runs with ${option}, which is not taken from a record: give --slurm-option=${option} again, or --on local to train here.`,
      ));
});
