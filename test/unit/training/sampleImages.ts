import path from 'node:path';
import { loadTask, type TaskSamples } from '../../../src/datasets/task';

const folder = path.join(process.cwd(), 'media/sample/fashion-mnist');
const files = (prefix: string): { images: string; labels: string } => ({
  images: path.join(folder, `${prefix}-images-idx3-ubyte.gz`),
  labels: path.join(folder, `${prefix}-labels-idx1-ubyte.gz`),
});

/** The shipped Fashion-MNIST files as a study's `data` block: trousers (1) against dresses (3). */
export const sampleData = {
  train: files('train-10k'),
  test: files('test-2k'),
  holdOut: 128,
  unlabelled: 256,
  task: { positive: [1], negative: [3] },
  labels: 40,
  domain: 'measured' as const,
};

let loaded: Promise<TaskSamples> | undefined;

/** The shipped images, split with seed 0; read once. */
export const sampleTask = (): Promise<TaskSamples> => (loaded ??= loadTask(sampleData, 0, 'test'));
