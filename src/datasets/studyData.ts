import { FileFault, ValueFault } from '../common/fault';
import { numberedAs } from './classNames';
import type { Corruption } from './corruption';
import type { DataSource } from './dataSource';
import type { Geometry } from './geometry';
import type { NormaliseChoice } from './normalisation';
import { openDataSource, type SourceChoice } from './openDataSource';
import { onThisThread, type PictureDecoder } from './pictureDecoder';
import type { SplitChoice } from './splits';

/** What a study says of its data. */
export interface DataChoice extends SplitChoice, Geometry {
  readonly train: SourceChoice;
  readonly test: SourceChoice;
  /** Where pre-training and hold-out images come from; from what the training set has left when absent. */
  readonly unlabelledPool?: SourceChoice;
  readonly downstream?: { readonly corruption?: Corruption };
  readonly normalise?: NormaliseChoice;
}

/** A set whose labels are known. */
export type LabelledSource = DataSource & { readonly labels: Uint16Array };

/** The open sets of a study: one size, one numbering of the classes, no image in two of them. */
export interface StudyData {
  readonly train: LabelledSource;
  readonly test: LabelledSource;
  readonly pool?: DataSource;
  close(): Promise<void>;
}

/**
 * Opens the sets of a study. Throws a `FileFault` for a broken file and when sets do not go together, and a `ValueFault` when two of
 * them share images.
 *
 * @param file the study, named in faults
 * @param decoder decodes the images of folders; it is closed with the sets
 */
export async function openStudyData(data: DataChoice, file: string, decoder: PictureDecoder = onThisThread): Promise<StudyData> {
  const opened: DataSource[] = [];
  const close = async () => {
    await Promise.all([...opened, decoder].map(each => each.close()));
  };
  try {
    const { resize, channels, unlabelledPool } = data;
    const geometry = { ...(resize && { resize }), ...(channels && { channels }) };
    const train = await openDataSource(data.train, 'train', geometry, decoder);
    opened.push(train);
    const test = await openDataSource(data.test, 'test', geometry, decoder);
    opened.push(test);
    const pool = unlabelledPool && (await openDataSource(unlabelledPool, 'unlabelled', geometry, decoder));
    if (pool) opened.push(pool);
    requireSameShape(train, test);
    if (pool) requireSameShape(train, pool);
    requireApart(data, { train, test, ...(pool && { pool }) }, file);
    if (train.tabular && data.downstream?.corruption)
      throw new ValueFault(file, 'data.downstream.corruption', 'is for images, but the data are rows of a table', 'remove it');
    return {
      train: labelledSource(train),
      test: labelledSource(numberedAs(test, train)),
      ...(pool && { pool: numberedAs(pool, train) }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function labelledSource(source: DataSource): LabelledSource {
  const { labels } = source;
  if (!labels) throw new FileFault(source.name, 'has no labels', 'name a set with labels, or the column that holds them');
  return { ...source, labels };
}

/** Throws a `FileFault` when two sets differ in size, channels or columns. */
function requireSameShape(train: DataSource, other: DataSource): void {
  if (train.height !== other.height || train.width !== other.width || train.channels !== other.channels || train.tabular !== other.tabular)
    throw new FileFault(
      other.name,
      train.tabular && other.tabular
        ? `has ${other.width} columns of features while ${train.name} has ${train.width}`
        : `has ${kindOf(other)} of ${sizeOf(other)} while ${train.name} has ${sizeOf(train)}`,
      train.tabular || other.tabular
        ? 'name files with the same columns'
        : 'name training and test files of one data set, or set data.resize and data.channels',
    );
  const [column, index] = firstDifference(train.columns, other.columns);
  if (column !== undefined)
    throw new FileFault(
      other.name,
      `has the column "${other.columns![index]!}" where ${train.name} has "${column}"`,
      'name files with the same columns in the same order',
    );
}

function firstDifference(a: readonly string[] = [], b: readonly string[] = []): [string | undefined, number] {
  if (a.length !== b.length) return [undefined, 0];
  const index = a.findIndex((name, i) => name !== b[i]);
  return [a[index], index];
}

const kindOf = ({ tabular }: DataSource) => (tabular ? 'rows' : 'images');
const sizeOf = ({ height, width, channels }: DataSource) => `${height} × ${width}${channels === 1 ? '' : ` × ${channels}`}`;

type Sets = Pick<Record<'train' | 'test' | 'pool', DataSource>, 'train' | 'test'> & { readonly pool?: DataSource };

/** Throws a `ValueFault` when images of one set lie in the files of another: certificates and tests need images that nobody saw. */
function requireApart(data: DataChoice, { train, test, pool }: Sets, file: string): void {
  const trained = new Set(imageFiles(data.train, train));
  const shared = (choice: SourceChoice, source: DataSource, others: ReadonlySet<string>) =>
    imageFiles(choice, source).find(one => others.has(one));
  const tested = shared(data.test, test, trained);
  if (tested !== undefined)
    throw new ValueFault(file, 'data.test', `shares ${tested} with data.train`, 'test on images that nothing is trained on');
  if (!pool || !data.unlabelledPool) return;
  const labelled = shared(data.unlabelledPool, pool, trained);
  if (labelled !== undefined)
    throw new ValueFault(
      file,
      'data.unlabelledPool',
      `shares ${labelled} with data.train, so that labelled images would be pre-trained on`,
      'leave the pool out: what is left of data.train is pre-trained on anyway',
    );
  const seen = shared(data.unlabelledPool, pool, new Set(imageFiles(data.test, test)));
  if (seen !== undefined)
    throw new ValueFault(file, 'data.unlabelledPool', `shares ${seen} with data.test`, 'pre-train on images that nothing is tested on');
}

/** What the images of a set lie in: files, and arrays of a file that holds several. */
function imageFiles(choice: SourceChoice, { files }: DataSource): readonly string[] {
  if (choice.format === 'npz') return [`${choice.path}#${choice.images}`];
  if (choice.format === undefined || choice.format === 'idx' || choice.format === 'npy') return [choice.images];
  return files;
}
