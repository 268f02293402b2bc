import { readArray } from '../checkpoints/arrays';
import { FileFault, UsageFault } from '../common/fault';
import type { Matrix } from '../theory/matrix';

const FEATURE_KEYS = ['features', 'source', 'target', 'unlabelled', 'x', 'X', 'projections'];
const LABEL_KEYS = ['labels', 'y', 'Y'];

/** Larger values than this overflow where theory takes fourth powers; no encoder makes them. */
const LARGEST = 1e70;

/** `FILE#NAME` as the file and the array in it; only files that hold several arrays have names. */
function namedArray(file: string): { readonly path: string; readonly names: readonly string[] } {
  const [, single] = /^(.*\.npy)#/.exec(file) ?? [];
  if (single !== undefined) throw new UsageFault(`${file} names an array where ${single} holds only one`, `give ${single}`);
  const [, path = file, name] = /^(.*\.(?:npz|safetensors))#(.+)$/.exec(file) ?? [];
  return { path, names: name === undefined ? [] : [name] };
}

/**
 * A feature matrix, one row a point, from .npy, .npz or .safetensors; further axes are flattened. `FILE#NAME` or `key` names the array where a file holds several,
 * else `features` and its like are looked for. Throws a Fault when the file is no matrix of finite numbers.
 */
export async function readFeatures(file: string, key?: string, signal?: AbortSignal): Promise<Matrix> {
  const { path, names } = namedArray(file);
  const { shape, values } = await readArray(
    path,
    names.length > 0 ? names : [...(key === undefined ? [] : [key]), ...FEATURE_KEYS],
    signal,
  );
  const [rows, ...rest] = shape;
  if (rows === undefined || rest.length === 0)
    throw new FileFault(file, `holds an array of shape (${shape.join(', ')})`, 'give a matrix with one row a point');
  const columns = rest.reduce((product, size) => product * size, 1);
  if (rows === 0 || columns === 0)
    throw new FileFault(file, `holds ${rows} rows of ${columns} features`, 'give at least one row and one column');
  const bad = values.findIndex(value => !(Math.abs(value) <= LARGEST));
  if (bad >= 0)
    throw new FileFault(
      file,
      `holds ${values[bad]!} in row ${Math.floor(bad / columns)}, column ${bad % columns}`,
      Number.isFinite(values[bad]) ? `give features of size ${LARGEST} at most` : 'save finite numbers only',
    );
  return { rows, columns, values };
}

/** A list of numbers of any shape, from .npy, .npz or .safetensors. Throws a FileFault where one is not finite. */
export async function readNumbers(file: string, key: string, signal?: AbortSignal): Promise<Float64Array> {
  const { values } = await readArray(file, key, signal);
  const bad = values.findIndex(value => !Number.isFinite(value));
  if (bad >= 0) throw new FileFault(file, `holds ${values[bad]!} at place ${bad}`, 'save finite numbers only');
  return Float64Array.from(values);
}

/**
 * Losses of held-out images from .npy, .npz or .safetensors: one an image, or a row an image with one a mask, of which the mean counts. An image is one
 * draw, however many of its masks were tried.
 */
export async function readImageLosses(file: string, signal?: AbortSignal): Promise<Float64Array> {
  const { shape, values } = await readArray(file, 'losses', signal);
  const [images = 0, ...masks] = shape;
  const each = masks.reduce((product, size) => product * size, 1);
  if (images * each === 0) throw new FileFault(file, `holds losses of shape (${shape.join(', ')})`, 'give one loss an image');
  return Float64Array.from({ length: images }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < each; j++) sum += values[i * each + j]!;
    if (!Number.isFinite(sum)) throw new FileFault(file, `holds a loss that is not finite for image ${i}`, 'save finite numbers only');
    return sum / each;
  });
}

/**
 * Class labels, one whole number a point, from .npy, .npz or .safetensors; `FILE#NAME` where a file holds several arrays. Throws a Fault when they are not
 * `count` whole numbers.
 */
export async function readLabels(file: string, count: number, signal?: AbortSignal): Promise<Float64Array> {
  const { path, names } = namedArray(file);
  const { shape, values } = await readArray(path, names.length > 0 ? names : LABEL_KEYS, signal);
  if (values.length !== count || shape.filter(size => size !== 1).length > 1)
    throw new FileFault(file, `holds labels of shape (${shape.join(', ')}) for ${count} rows of features`, 'give one label a row');
  const bad = values.findIndex(value => !Number.isInteger(value));
  if (bad >= 0) throw new FileFault(file, `holds the label ${values[bad]!} in row ${bad}`, 'give classes as whole numbers');
  return Float64Array.from(values);
}

/** The classes that `labels` hold, in ascending order, and the place of each label among them. Throws a FileFault when there is one only, or a class a row. */
export function classesOf(file: string, labels: Float64Array): { readonly classes: readonly number[]; readonly places: Float64Array } {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  if (classes.length === 1) throw new FileFault(file, 'holds one class, where a task has two or more', 'give the rows of two classes');
  if (classes.length > 2 && 2 * classes.length > labels.length)
    throw new FileFault(file, `holds ${classes.length} classes in ${labels.length} rows`, 'give at least two rows a class');
  const place = new Map(classes.map((label, at) => [label, at]));
  return { classes, places: labels.map(label => place.get(label)!) };
}
