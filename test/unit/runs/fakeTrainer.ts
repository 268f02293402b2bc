import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault, Stopped } from '../../../src/common/fault';
import { RunFolder } from '../../../src/runs/runFolder';
import type { TrialContext } from '../../../src/runs/trainer/trainRun';
import { trainerArguments, trainerProcess } from '../../../src/runs/trainer/trainerProcess';
import type { Trial } from '../../../src/studies/study';
import type { TrialResults } from '../../../src/training/results';
import type { TrainingState } from '../../../src/training/trainingState';
import { fakeEngine, fakeResults } from './fakes';

const RACER = /^racer ([\d.]+)$/;

/** Trains in steps whose hold-out loss is the number in its arm's name, and can be paused and resumed like a real one; the better, the slower. */
async function race(trial: Trial, { keeping, onProgress, onMetrics }: TrialContext): Promise<TrialResults> {
  const loss = Number(RACER.exec(trial.arm)![1]);
  const { steps } = trial.objective as Extract<Trial['objective'], { steps: number }>;
  for (let step = (keeping.resume?.steps.step ?? 0) + 1; step <= steps; step++) {
    await pause(10 / loss);
    onProgress({ phase: 'pre-training', fraction: step / steps, step, steps });
    onMetrics({ phase: 'pre-training', step, time: step, values: { holdOutLoss: loss + trial.seed + 1 / step } });
    await keeping.offer(() => Promise.resolve({ steps: { step } } as TrainingState), step === steps, step);
  }
  return fakeResults;
}

/** A trainer process without training: the arm's name says how it behaves. The tests bundle and start it as the real one is started. */
const behaviours: Readonly<Record<string, (context: TrialContext) => Promise<TrialResults>>> = {
  async quick({ onProgress, onMetrics, outputFolder }) {
    for (let step = 1; step <= 3; step++) {
      onProgress({ phase: 'pre-training', fraction: step / 3, step, steps: 3 });
      onMetrics({ phase: 'pre-training', step, time: step, values: { loss: 1 / step } });
      await pause(20);
    }
    writeFileSync(path.join(outputFolder, 'encoder.safetensors'), 'weights');
    return fakeResults;
  },
  async slow({ signal, onProgress }) {
    for (let step = 1; !signal.aborted; step++) {
      onProgress({ phase: 'pre-training', fraction: 0.5, step, steps: 1000 });
      await pause(10);
    }
    throw new Stopped();
  },
  async deaf() {
    for (;;) await pause(1000);
  },
  throws: () => Promise.reject(new Fault('The loss is not a number after 3 steps', 'lower the learning rate')),
  async uncaught() {
    setTimeout(() => {
      throw new Error('nobody caught this');
    }, 10);
    await pause(60_000);
    return fakeResults;
  },
  async killed() {
    process.kill(process.pid, 'SIGKILL');
    await pause(60_000);
    return fakeResults;
  },
  exits: () => process.exit(3),
  'dies once': ({ outputFolder }) => {
    const mark = path.join(outputFolder, '..', 'died');
    if (existsSync(mark)) return Promise.resolve(fakeResults);
    writeFileSync(mark, '');
    return process.exit(3);
  },
};

const { folder } = trainerArguments(process.argv.slice(2));
void trainerProcess(new RunFolder(folder), {
  createEngine: () => Promise.resolve(fakeEngine),
  runTrial: (trial, context) => (RACER.test(trial.arm) ? race(trial, context) : behaviours[trial.arm]!(context)),
}).then(code => process.exit(code));
