import path from 'node:path';
import { diskFiles, type RunFiles } from '../../../src/runs/files';
import type { RunRecord } from '../../../src/runs/record';
import type { Trial } from '../../../src/studies/study';
import type { Engine } from '../../../src/training/engine/engine';
import type { TrialResults } from '../../../src/training/results';

/** A trial that says how the fake trainer behaves (`arm`) and nothing true about data. */
export function fakeTrial(arm: string, seed = 0): Trial {
  const files = { images: '/none/images', labels: '/none/labels' };
  return {
    id: `${arm}-seed-${seed}`,
    study: { name: 'fake', file: path.resolve('fake.study.json') },
    arm,
    seed,
    data: { train: files, test: files, holdOut: 1, unlabelled: 1, task: { positive: [1], negative: [0] }, labels: 8, domain: 'same' },
    encoder: { kind: 'vit', patch: 7, width: 8, depth: 1, heads: 1, mlpRatio: 4 },
    objective: { kind: 'none' },
    regulariser: { kind: 'none' },
    fineTuning: { modes: ['probe'], steps: 1, learningRates: [0.1], labelNoise: 0, weightDecay: 0 },
    bound: { failureProbability: 0.05, margin: 1, scaledRadius: 5 },
  };
}

export const fakeResults: TrialResults = {
  encoderParameters: 1,
  fineTuning: [],
  featureNorm: 1,
  featureComplexity: 0.1,
  reports: [],
  seconds: 1,
};

export function fakeRecord(change: Partial<RunRecord> = {}, trial = fakeTrial('quick')): RunRecord {
  return { version: 1, id: trial.id, trial, state: 'queued', createdAt: '2025-01-01T00:00:00.000Z', ...change };
}

const unused = (): never => {
  throw new Error('the fake engine computes nothing');
};

export const fakeEngine: Engine = {
  name: 'reference',
  threads: 1,
  trainingStep: unused,
  forwardPass: unused,
  exportOnnx: unused,
  dispose: () => undefined,
};

/** The real file system, except that writing fails with `code` as long as `failing` is set: a full disk, a forbidden folder. */
export function failingFiles(code: 'ENOSPC' | 'EACCES'): RunFiles & { failing: boolean } {
  const refuse = () => {
    throw Object.assign(new Error(code), { code });
  };
  const files = {
    ...diskFiles,
    failing: false,
    // What a full disk does: the first half arrives.
    async write(file: string, content: string | Uint8Array) {
      const { failing } = files;
      await diskFiles.write(file, failing ? content.slice(0, content.length / 2) : content);
      if (failing) refuse();
    },
    async append(file: string, text: string) {
      const { failing } = files;
      await diskFiles.append(file, failing ? text.slice(0, text.length / 2) : text);
      if (failing) refuse();
    },
    async makeFolder(folder: string) {
      if (files.failing && code === 'EACCES') refuse();
      await diskFiles.makeFolder(folder);
    },
  };
  return files;
}
