import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openCheckpoint } from '../../../../src/checkpoints/openCheckpoint';
import type { Trial } from '../../../../src/studies/study';
import type { TrialResults } from '../../../../src/training/results';
import { runTrial } from '../../../../src/training/trial';
import { nativeEngine } from '../engines';
import { sampleData } from '../sampleImages';

export const models = path.join(process.cwd(), 'media/sample/models');
export const training = { steps: 12, batch: 16, learningRate: 3e-3, warmup: 2 } as const;
const denoising = { kind: 'denoising', noise: { kind: 'gaussian', deviation: 0.3 }, decoder: { kind: 'linear' }, ...training } as const;
const whole = { maskRatio: 0.5, mask: 'random', fill: 'zero' } as const;
const teacher = { kind: 'momentum', momentum: 0.9, normaliseTargets: true } as const;

export const masked = { kind: 'masked autoencoder', maskRatio: 0.75, decoder: { width: 16, depth: 1, heads: 2 }, ...training } as const;
export const contextEncoder = { kind: 'context encoder', target: 'masked', decoder: { kind: 'linear' }, ...whole, ...training } as const;
export const maskReconstruction = {
  kind: 'mask reconstruction',
  teacher,
  predictor: { kind: 'linear' },
  ...whole,
  ...training,
} as const;

/** A short trial with a definition as encoder. */
export const trialOf = (
  encoder: Omit<Extract<Trial['encoder'], { kind: 'definition' }>, 'kind'>,
  objective: Trial['objective'] = denoising,
): Trial => ({
  id: 'own-seed-1',
  study: { name: 'own', file: path.join(models, 'own.study.json') },
  arm: 'own',
  seed: 1,
  data: sampleData,
  encoder: { kind: 'definition', ...encoder },
  objective,
  regulariser: { kind: 'none' },
  fineTuning: { modes: ['probe', 'full'], steps: 4, learningRates: [1e-3], weightDecay: 0.01, labelNoise: 0 },
  bound: { failureProbability: 0.05, margin: 1, scaledRadius: 5 },
});

/** A folder for what trials write, made before a suite and removed behind it. */
export class OutputFolder {
  path = '';

  async make(): Promise<void> {
    this.path = await mkdtemp(path.join(os.tmpdir(), 'boundlens-own-'));
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true });
  }

  async run(trial: Trial): Promise<TrialResults> {
    return runTrial(trial, { engine: await nativeEngine(), assets: path.join(process.cwd(), 'dist'), outputFolder: this.path });
  }

  /** Every tensor of the saved encoder. */
  async saved(file = path.join(this.path, 'encoder.safetensors')): Promise<ReadonlyMap<string, Float32Array>> {
    const checkpoint = await openCheckpoint(file);
    const values = new Map<string, Float32Array>();
    for (const { name } of checkpoint.tensors) values.set(name, Float32Array.from(await checkpoint.read(name), Number));
    await checkpoint.close();
    return values;
  }
}
