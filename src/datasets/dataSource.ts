import type { Samples } from './samples';

/** A data set on disk: its samples in the order of its files, with values as the file format means them, and their class numbers. */
export interface DataSource extends Samples {
  /** The file or folder that faults name. */
  readonly name: string;
  /** Class numbers from 0, one for each sample; absent where the set has none. */
  readonly labels?: Uint16Array;
  /** Names of the classes by number, where the set has names. */
  readonly classNames?: readonly string[];
  /** Whether a sample is the row of a table, whose columns have units of their own, and not an image with values in [0, 1]. */
  readonly tabular?: true;
  /** Names of the columns of a table, where it has names. */
  readonly columns?: readonly string[];
  /** Every file that decides its content. */
  readonly files: readonly string[];
  /** Closes its files; what is being read may fail. */
  close(): Promise<void>;
}

/** Class numbers beyond this are refused. */
export const MOST_CLASSES = 65_536;

/** Counts as faults write them: 10,000. */
export const counted = (count: number): string => count.toLocaleString('en-US');
