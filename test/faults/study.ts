import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { metricOf } from '../../src/runs/metricLines';
import type { RunRecord } from '../../src/runs/record';
import { recordOf } from '../../src/runs/recordText';

const sample = (name: string): string => path.resolve('media/sample/fashion-mnist', `${name}-ubyte.gz`);

/** A study of four small trials on shipped images; each takes seconds, most of it pre-training. */
const STUDY = {
  name: 'faults',
  data: {
    train: { images: sample('train-10k-images-idx3'), labels: sample('train-10k-labels-idx1') },
    test: { images: sample('test-2k-images-idx3'), labels: sample('test-2k-labels-idx1') },
    task: { positive: [0], negative: [4] },
    labels: 16,
    unlabelled: 64,
    holdOut: 64,
    pretrainingImages: 128,
    domain: 'same',
  },
  encoder: { kind: 'vit', patch: 7, width: 16, depth: 1, heads: 2, mlpRatio: 2 },
  objective: {
    kind: 'masked autoencoder',
    maskRatio: { random: [0.5, 0.75] },
    decoder: { width: 8, depth: 1, heads: 2 },
    steps: 120,
    batch: 32,
    learningRate: 0.003,
    warmup: 5,
  },
  regulariser: { kind: 'none' },
  fineTuning: { modes: ['probe', 'full'], steps: 20, learningRates: [0.01], labelNoise: 0 },
  sweep: {
    arms: [{ name: 'plain' }, { name: 'RadReg', regulariser: { kind: 'radreg', lambda: 0.003, draws: 4, batch: 32 } }],
    seeds: [0, 1],
  },
};

/** Ids of the study's trials. */
export const TRIALS = ['plain-seed-0', 'radreg-seed-0', 'plain-seed-1', 'radreg-seed-1'] as const;

/** Writes the study's file. */
export function writeStudy(file: string): void {
  writeFileSync(file, JSON.stringify(STUDY));
}

/** The record of a run as it lies on disk; undefined where there is none. Throws where it is not as it was written: it is corrupted then. */
export function recordOn(folder: string): RunRecord | undefined {
  const file = path.join(folder, 'run.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const record = recordOf(text);
  if (typeof record === 'object') return record;
  throw new Error(`${file} is no record: ${record}`);
}

/** Everything that a finished run says, but for what the clock says: its results, its metrics and its weights. */
export function fingerprintOf(folder: string): string {
  const { results } = recordOn(folder)!;
  const numbers = JSON.stringify(results, (key, value: unknown) => (key === 'seconds' ? undefined : value));
  const lines = readFileSync(path.join(folder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  const metrics = lines.map(text => {
    const { phase, step, values } = metricOf(text)!;
    return JSON.stringify({ phase, step, values });
  });
  const hash = createHash('sha256').update(numbers).update(metrics.join('\n'));
  const checkpoint = path.join(folder, 'checkpoint');
  for (const name of existsSync(checkpoint) ? readdirSync(checkpoint).sort() : [])
    hash.update(name).update(readFileSync(path.join(checkpoint, name)));
  return hash.digest('hex');
}
