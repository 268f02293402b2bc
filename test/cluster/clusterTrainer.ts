import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { RunFolder } from '../../src/runs/runFolder';
import type { TrialContext } from '../../src/runs/trainer/trainRun';
import { trainerArguments, trainerProcess } from '../../src/runs/trainer/trainerProcess';
import type { Trial } from '../../src/studies/study';
import type { TrialResults } from '../../src/training/results';
import { fakeEngine, fakeResults } from '../unit/runs/fakes';
import { fineTuningResult } from '../unit/support/fineTuningResult';

const STEPS = 20;
const STEP_MILLISECONDS = 400;

/**
 * A trainer process that waits instead of computing; its results follow from the trial alone. The first start of `crashing` with seed 0
 * ends without a word; every start leaves a line in the `starts` file of the study folder.
 */
async function wait(trial: Trial, { signal, onProgress, onMetrics, outputFolder }: TrialContext): Promise<TrialResults> {
  const study = path.resolve(folder, '../../..');
  const starts = path.join(study, 'starts');
  const earlier = existsSync(starts) ? readFileSync(starts, 'utf8').split('\n') : [];
  writeFileSync(starts, `${trial.id}\n`, { flag: 'a' });
  for (let step = 1; step <= STEPS; step++) {
    signal.throwIfAborted();
    onProgress({ phase: 'pre-training', fraction: step / STEPS, step, steps: STEPS });
    onMetrics({ phase: 'pre-training', step, time: step, values: { loss: trial.seed / step } });
    await pause(STEP_MILLISECONDS);
    if (step === STEPS / 2 && trial.arm === 'crashing' && trial.seed === 0 && !earlier.includes(trial.id))
      process.kill(process.pid, 'SIGKILL');
  }
  writeFileSync(path.join(outputFolder, 'encoder.safetensors'), trial.id);
  return { ...fakeResults, fineTuning: [fineTuningResult('probe', trial.seed, 100)], featureNorm: 1 + trial.seed };
}

const { folder } = trainerArguments(process.argv.slice(2));
void trainerProcess(new RunFolder(folder), { createEngine: () => Promise.resolve(fakeEngine), runTrial: wait }).then(code =>
  process.exit(code),
);
