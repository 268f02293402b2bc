import { FileFault } from '../common/fault';
import { readIdxImages, readIdxLabels, type ImageBytes } from './idx';
import type { Samples } from './samples';
import { splitTask, type LabelledIndices, type TaskChoice } from './splits';

/** Where the images of one set lie: two IDX files. */
export interface ImageFiles {
  readonly images: string;
  readonly labels: string;
}

/** Points of the binary task: images and their labels, +1 or −1, in the same order. */
export interface LabelledSamples {
  readonly samples: Samples;
  readonly labels: Int8Array;
}

/** Everything that one trial may look at, in disjoint parts (see `TaskSplit`). No part carries class numbers. */
export interface TaskSamples {
  readonly labelled: LabelledSamples;
  readonly unlabelled: Samples;
  readonly pretraining: Samples;
  readonly holdOut: Samples;
  readonly test: LabelledSamples;
}

/**
 * Reads a study's files and splits them with one seed. Throws a `FileFault` for a broken file, also when images and labels or
 * training and test images do not go together, and a `ValueFault` when a pool is too small.
 *
 * @param file the study, named in faults
 */
export async function loadTask(
  data: TaskChoice & { readonly train: ImageFiles; readonly test: ImageFiles },
  seed: number,
  file: string,
): Promise<TaskSamples> {
  const train = await readImageSet(data.train);
  const test = await readImageSet(data.test);
  requireSameShape(data.train.images, train.images, data.test.images, test.images);
  const split = splitTask(train.labels, test.labels, data, seed, file);
  const labelled = (images: ImageBytes, { indices, labels }: LabelledIndices) => ({ samples: scaled(images, indices), labels });
  return {
    labelled: labelled(train.images, split.labelled),
    unlabelled: scaled(train.images, split.unlabelled),
    pretraining: scaled(train.images, split.pretraining),
    holdOut: scaled(train.images, split.holdOut),
    test: labelled(test.images, split.test),
  };
}

/** Reads images and labels and insists that there are equally many. */
export async function readImageSet(files: ImageFiles): Promise<{ images: ImageBytes; labels: Uint8Array }> {
  const [images, labels] = await Promise.all([readIdxImages(files.images), readIdxLabels(files.labels)]);
  requireSameCount(files, images.count, labels.length);
  return { images, labels };
}

/** Throws a `FileFault` when an image file and its label file do not hold equally many items. */
export function requireSameCount(files: ImageFiles, images: number, labels: number): void {
  if (images !== labels)
    throw new FileFault(
      files.labels,
      `has ${labels.toLocaleString('en-US')} labels for the ${images.toLocaleString('en-US')} images of ${files.images}`,
      'name two files that belong together',
    );
}

type ImageShape = Omit<ImageBytes, 'values' | 'count'>;

/** Throws a `FileFault` when training and test images differ in size or channels. */
export function requireSameShape(trainFile: string, train: ImageShape, testFile: string, test: ImageShape): void {
  if (train.height !== test.height || train.width !== test.width || train.channels !== test.channels)
    throw new FileFault(
      testFile,
      `has images of ${sizeOf(test)} while ${trainFile} has ${sizeOf(train)}`,
      'name training and test files of one data set',
    );
}

const sizeOf = ({ height, width, channels }: ImageShape) => `${height} × ${width}${channels === 1 ? '' : ` × ${channels}`}`;

/** The images at `indices` as values in [0, 1]. */
function scaled(images: ImageBytes, indices: Int32Array): Samples {
  const { height, width, channels } = images;
  const size = height * width * channels;
  const values = new Float32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * size;
    for (let j = 0; j < size; j++) values[i * size + j] = images.values[from + j]! / 255;
  }
  return { count: indices.length, height, width, channels, values };
}
