import { memorySamples, everySample, type Samples } from '../../../src/datasets/samples';
import { sampleTask } from './sampleImages';

const SIDE = 28;
const WINDOW = 2;

/** Shipped images that nothing is labelled of, each 2 × 2 pixels averaged to one: 14 × 14, for tests that train on real images quickly. */
export async function smallImages(): Promise<{ readonly images: Samples; readonly downstream: Samples }> {
  const task = await sampleTask();
  return { images: await halved(task.holdOut), downstream: await halved(task.unlabelled) };
}

async function halved(samples: Samples): Promise<Samples> {
  const { count } = samples;
  const side = SIDE / WINDOW;
  const pixels = await samples.read(everySample(samples));
  const values = new Float32Array(count * side * side);
  pixels.forEach((value, at) => {
    const [image, row, column] = [Math.floor(at / SIDE ** 2), Math.floor((at % SIDE ** 2) / SIDE), at % SIDE];
    values[image * side ** 2 + Math.floor(row / WINDOW) * side + Math.floor(column / WINDOW)]! += value / WINDOW ** 2;
  });
  return memorySamples({ count, height: side, width: side, channels: 1 }, values);
}
