import { FileFault } from '../common/fault';
import { type DataSource } from './dataSource';
import { openIdx, type IdxFiles } from './idx';
import { held, subset, type Samples } from './samples';
import { splitTask, type LabelledIndices, type SplitChoice } from './splits';

/** Points of the task: samples, and in the same order +1 or −1 where it has two classes, else their class from 0. */
export interface LabelledSamples {
  readonly samples: Samples;
  readonly labels: Int16Array;
}

/** Everything that one trial may look at, in disjoint parts (see `TaskSplit`). No part carries the data set's class numbers. */
export interface TaskSamples {
  /** How many classes the task has. */
  readonly classes: number;
  readonly labelled: LabelledSamples;
  readonly unlabelled: Samples;
  readonly pretraining: Samples;
  readonly holdOut: Samples;
  readonly test: LabelledSamples;
  /** Closes the files; nothing can be read afterwards. */
  close(): Promise<void>;
}

/**
 * Opens a study's data and splits them with one seed. Throws a `FileFault` for a broken file, also when images and labels or
 * training and test images do not go together, and a `ValueFault` when a pool is too small.
 *
 * @param file the study, named in faults
 */
export async function loadTask(
  data: SplitChoice & { readonly train: IdxFiles; readonly test: IdxFiles },
  seed: number,
  file: string,
): Promise<TaskSamples> {
  const train = await openIdx(data.train);
  const test = await openIdx(data.test);
  requireSameShape(train, test);
  const split = splitTask(labelsOf(train), labelsOf(test), data, seed, file);
  const labelled = async (source: DataSource, { indices, labels }: LabelledIndices): Promise<LabelledSamples> => ({
    samples: await held(subset(source, indices)),
    labels,
  });
  return {
    classes: split.classes,
    labelled: await labelled(train, split.labelled),
    unlabelled: await held(subset(train, split.unlabelled)),
    pretraining: subset(train, split.pretraining),
    holdOut: subset(train, split.holdOut),
    test: await labelled(test, split.test),
    close: async () => {
      await Promise.all([train.close(), test.close()]);
    },
  };
}

/** The class numbers of a set. Throws a `FileFault` when it has none. */
export function labelsOf({ name, labels }: DataSource): Uint16Array {
  if (!labels) throw new FileFault(name, 'has no labels', 'name a set with labels');
  return labels;
}

/** Throws a `FileFault` when training and test images differ in size or channels. */
export function requireSameShape(train: DataSource, test: DataSource): void {
  if (train.height !== test.height || train.width !== test.width || train.channels !== test.channels)
    throw new FileFault(
      test.name,
      `has images of ${sizeOf(test)} while ${train.name} has ${sizeOf(train)}`,
      'name training and test files of one data set',
    );
}

const sizeOf = ({ height, width, channels }: DataSource) => `${height} × ${width}${channels === 1 ? '' : ` × ${channels}`}`;
