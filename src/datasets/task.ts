import { Random } from '../common/random';
import { corrupted } from './corruption';
import type { DataSource } from './dataSource';
import { fitNormalisation, normalised, requireUnitRange, type Normalisation } from './normalisation';
import type { PictureDecoder } from './pictureDecoder';
import { held, subset, type Samples } from './samples';
import { splitTask } from './splits';
import { openStudyData, type DataChoice, type StudyData } from './studyData';

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
  /** What was done to every value; absent where they are as the files have them. */
  readonly normalisation?: Normalisation;
  /** Closes the files; nothing can be read afterwards. */
  close(): Promise<void>;
}

/**
 * Opens a study's data and splits them with one seed. Throws a `FileFault` for a broken file, also when sets do not go together, and
 * a `ValueFault` when a pool is too small.
 *
 * @param file the study, named in faults
 * @param decoder decodes the images of folders, on this thread when absent; it is closed with the files
 */
export async function loadTask(data: DataChoice, seed: number, file: string, decoder?: PictureDecoder): Promise<TaskSamples> {
  const sets = await openStudyData(data, file, decoder);
  try {
    return await splitSets(sets, data, seed, file);
  } catch (error) {
    await sets.close();
    throw error;
  }
}

async function splitSets(sets: StudyData, data: DataChoice, seed: number, file: string): Promise<TaskSamples> {
  const { train, test, pool } = sets;
  const split = splitTask(train.labels, test.labels, data, seed, file, pool);
  const shifted = (source: DataSource, name: string): Samples => {
    const corruption = data.downstream?.corruption;
    return corruption ? corrupted(source, corruption, new Random(seed).fork(`corruption/${name}`)) : source;
  };
  const [downstream, tested] = [shifted(train, 'train'), shifted(test, 'test')];
  const pretraining = subset(pool ?? train, split.pretraining);
  const tabular = train.tabular ?? false;
  const kind = data.normalise ?? 'none';
  const normalisation = kind === 'none' ? undefined : await fitNormalisation(pretraining, kind, tabular);
  const part = (whole: Samples, indices: Int32Array): Samples => {
    const samples = subset(whole, indices);
    if (normalisation) return normalised(samples, normalisation);
    return tabular ? requireUnitRange(samples, train.columns, file) : samples;
  };
  return {
    classes: split.classes,
    labelled: { samples: await held(part(downstream, split.labelled.indices)), labels: split.labelled.labels },
    unlabelled: await held(part(downstream, split.unlabelled)),
    pretraining: part(pool ?? train, split.pretraining),
    holdOut: part(pool ?? train, split.holdOut),
    test: { samples: await held(part(tested, split.test.indices)), labels: split.test.labels },
    ...(normalisation && { normalisation }),
    close: () => sets.close(),
  };
}
