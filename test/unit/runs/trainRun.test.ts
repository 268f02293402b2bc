import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Fault, Stopped, UsageFault } from '../../../src/common/fault';
import type { RunFolder } from '../../../src/runs/runFolder';
import { RunStore } from '../../../src/runs/store';
import { trainerArguments } from '../../../src/runs/trainer/trainerProcess';
import { trainRun, type TrainerParts, type TrialContext } from '../../../src/runs/trainer/trainRun';
import { temporaryFolder } from '../support/temporaryFolder';
import { failingFiles, fakeEngine, fakeResults, fakeTrial } from './fakes';
import { until } from './trainerProcess';

const metric = (step: number) => ({ phase: 'pre-training', step, time: step, values: { loss: 1 / step } });
const progress = { phase: 'pre-training', fraction: 0.5, step: 1, steps: 2 };

describe('a trainer', () => {
  const temporary = temporaryFolder();
  const files = failingFiles('ENOSPC');
  let folder: RunFolder;
  let logged: string[];
  beforeEach(async () => {
    files.failing = false;
    logged = [];
    folder = (await new RunStore(temporary.path, files).create(fakeTrial('quick'))).folder;
  });

  const train = (runTrial: (context: TrialContext) => Promise<typeof fakeResults>, parts: Partial<TrainerParts> = {}) =>
    trainRun(folder, {
      createEngine: () => Promise.resolve(fakeEngine),
      runTrial: (_, context) => runTrial(context),
      log: line => logged.push(line),
      signal: new AbortController().signal,
      ...parts,
    });

  it('writes a run from beginning to end', async () => {
    const state = await train(
      async ({ onProgress, onMetrics, outputFolder }) => {
        const record = await folder.read();
        assert.deepEqual([record.state, record.process?.pid], ['running', process.pid]);
        onProgress(progress);
        onMetrics(metric(1));
        onMetrics(metric(2));
        writeFileSync(path.join(outputFolder, 'encoder.safetensors'), 'weights');
        return fakeResults;
      },
      {
        createEngine: log => {
          log('native is not here');
          return Promise.resolve(fakeEngine);
        },
      },
    );
    const record = await folder.read();
    assert.equal(state, 'finished');
    assert.deepEqual(
      [record.state, record.results, record.progress, record.engine],
      ['finished', fakeResults, progress, { name: 'reference', threads: 1, note: 'native is not here' }],
    );
    assert.ok(Date.parse(record.endedAt!) >= Date.parse(record.startedAt!));
    assert.deepEqual((await folder.metrics()).lines, [metric(1), metric(2)]);
    assert.deepEqual(readdirSync(folder.checkpoint), ['encoder.safetensors']);
  });

  it('writes down what its data were, and fails when they are not there', async () => {
    const print = { method: 'content', hash: 'abc', files: 1, bytes: 2 } as const;
    await train(() => Promise.resolve(fakeResults), { fingerprint: () => Promise.resolve({ train: print, test: print }) });
    assert.deepEqual((await folder.read()).data, { train: print, test: print });
    const gone = () => Promise.reject(new Fault('train.bin does not exist', 'check the path'));
    assert.equal(await train(() => Promise.resolve(fakeResults), { fingerprint: gone }), 'failed');
    const { fault, data } = await folder.read();
    assert.deepEqual([fault, data], ['train.bin does not exist: check the path.', undefined]);
  });

  const ends: readonly (readonly [why: string, error: Error, state: string, fault: string | undefined])[] = [
    [
      'a fault',
      new Fault('The loss is not a number', 'lower the learning rate'),
      'failed',
      'The loss is not a number: lower the learning rate.',
    ],
    ['a defect', new TypeError('x is undefined'), 'failed', 'x is undefined'],
    ['being stopped', new Stopped(), 'stopped', undefined],
  ];
  for (const [why, error, state, fault] of ends)
    it(`ends as ${state} after ${why}, and keeps the metrics, the last progress and the checkpoint from before`, async () => {
      writeFileSync(path.join(await folder.beginCheckpoint(), 'before'), '');
      await folder.finishCheckpoint();
      const ended = await train(({ onProgress, onMetrics, outputFolder }) => {
        onProgress(progress);
        onMetrics(metric(1));
        writeFileSync(path.join(outputFolder, 'half'), '');
        return Promise.reject(error);
      });
      const record = await folder.read();
      assert.deepEqual([ended, record.state, record.fault, record.progress], [state, state, fault, progress]);
      assert.deepEqual((await folder.metrics()).lines, [metric(1)]);
      assert.deepEqual(readdirSync(folder.checkpoint), ['before']);
    });

  const untilAborted = ({ signal }: TrialContext) =>
    new Promise<typeof fakeResults>((_, reject) => signal.addEventListener('abort', () => reject(new Stopped())));

  it('stops on a signal', async () => {
    const abort = new AbortController();
    const running = train(
      context => {
        setTimeout(() => abort.abort(), 10);
        return untilAborted(context);
      },
      { signal: abort.signal },
    );
    assert.equal(await running, 'stopped');
  });

  it('stops when a `stop` file appears, and does not begin when it is there', async () => {
    const running = train(context => {
      void folder.requestStop();
      return untilAborted(context);
    });
    assert.equal(await running, 'stopped');
    let begun = false;
    assert.equal(await train(() => Promise.resolve((begun = true)).then(() => fakeResults)), 'stopped');
    assert.equal(begun, false);
  });

  it('stops when its folder is deleted, and does not bring it back', async () => {
    const running = train(context => {
      rmSync(folder.path, { recursive: true, maxRetries: 10 });
      context.onProgress(progress);
      context.onMetrics(metric(1));
      return untilAborted(context);
    });
    assert.equal(await running, 'stopped');
    assert.ok(!existsSync(folder.path));
  });

  it('stops and writes nothing when another trainer has its run', async () => {
    const other = { pid: process.pid + 1, startedAt: 'later' };
    const running = train(async context => {
      await folder.update(record => ({ ...record, process: other, progress: { ...progress, step: 2 } }));
      return untilAborted(context);
    });
    assert.equal(await running, 'stopped');
    const record = await folder.read();
    assert.deepEqual([record.state, record.process, record.progress?.step], ['running', other, 2]);
  });

  it('says in the record when there is no engine', async () => {
    const state = await train(() => Promise.resolve(fakeResults), {
      createEngine: () => Promise.reject(new Fault('The native engine cannot be loaded', 'choose wasm')),
    });
    assert.deepEqual([state, (await folder.read()).fault], ['failed', 'The native engine cannot be loaded: choose wasm.']);
  });

  it('trains through a full disk and writes everything once there is space again', async () => {
    const isTold = () => logged.some(line => line.includes('Training goes on'));
    const state = await train(
      async ({ onProgress, onMetrics }) => {
        files.failing = true;
        for (let step = 1; step <= 4; step++) {
          onMetrics(metric(step));
          onProgress({ ...progress, step });
          await until(() => Promise.resolve(isTold()));
        }
        return fakeResults;
      },
      {
        lastAttempts: Array.from({ length: 100 }, () => 50),
        // There is space once the end could not be written either.
        log(line) {
          if (isTold() && line.includes('disk is full')) files.failing = false;
          logged.push(line);
        },
      },
    );
    const record = await folder.read();
    assert.deepEqual([state, record.state, record.progress?.step], ['finished', 'finished', 4]);
    assert.deepEqual((await folder.metrics()).lines, [1, 2, 3, 4].map(metric));
    assert.equal(logged.filter(line => /the disk is full.* Training goes on/.test(line)).length, 1);
  });

  it('leaves the last readable record when the disk stays full', async () => {
    const running = train(
      () => {
        files.failing = true;
        return Promise.resolve(fakeResults);
      },
      { lastAttempts: [0, 10] },
    );
    await assert.rejects(running, /run\.json cannot be written because the disk is full: free some space and start again\.$/);
    assert.equal((await folder.read()).state, 'running');
  });

  it('understands its arguments', () => {
    assert.deepEqual(trainerArguments(['run']), { folder: 'run', engine: 'auto', threads: 1 });
    assert.equal(trainerArguments(['run', '--engine=native:cuda']).engine, 'native:cuda');
    assert.deepEqual(trainerArguments(['run', '--threads=2', '--engine=wasm']), { folder: 'run', engine: 'wasm', threads: 2 });
    for (const words of [[], ['--engine=wasm'], ['run', '--engine=cuda'], ['run', '--threads=0'], ['run', '--threads=two']])
      assert.throws(() => trainerArguments(words), UsageFault);
  });
});
