import { openSource, plainStretch, wholeStretch, type ByteSource } from '../checkpoints/byteSource';
import { elementCount, type StoredTensor } from '../checkpoints/checkpoint';
import { decodeElements, ELEMENT_BYTES, valuesFor, type TensorValues } from '../checkpoints/elementType';
import { npyTensor } from '../checkpoints/npy';
import { zipEntries, zipStretch } from '../checkpoints/zip';
import { FileFault } from '../common/fault';
import type { Role } from './dataFiles';
import { counted, MOST_CLASSES, type DataSource } from './dataSource';
import { planarOrder, reordered, unitValues } from './pixels';
import { fileRecords, heldRecords, type Records } from './records';
import { sampleSize, type SampleShape } from './samples';

/** Order of the axes of an array of images. */
export type Layout = 'NHWC' | 'NCHW';

/** NumPy arrays in one .npz file, by their keys. */
export interface NpzChoice {
  readonly format: 'npz';
  readonly path: string;
  readonly images: string;
  readonly labels: string;
  readonly layout?: Layout;
}

/** NumPy arrays in .npy files. */
export interface NpyChoice {
  readonly format: 'npy';
  readonly images: string;
  readonly labels?: string;
  readonly layout?: Layout;
}

/** Compressed arrays cannot be read piece by piece; larger ones are refused. */
const MOST_UNPACKED_BYTES = 1 << 30;
const MOST_HELD_BYTES = 256 << 20;

/**
 * Opens images that NumPy saved: N × H × W, N × H × W × C or N × C × H × W of bytes, or of floats in [0, 1]; N × columns is read as
 * rows of a table. Throws a `FileFault`.
 */
export async function openArrays(choice: NpzChoice | NpyChoice, role: Role): Promise<DataSource> {
  const opened: ByteSource[] = [];
  const close = async () => {
    await Promise.all(opened.map(source => source.close()));
  };
  try {
    const { images, labels } = choice.format === 'npz' ? await fromNpz(choice, role, opened) : await fromNpy(choice, opened);
    const name = choice.format === 'npz' ? choice.path : choice.images;
    const labelFile = choice.format === 'npz' ? choice.path : (choice.labels ?? choice.images);
    const { shape, planar, tabular } = sampleShape(name, images, choice.layout);
    const records = recordsOf(name, images, shape.count);
    const toValues = decoderOf(name, images, tabular);
    const order = planar ? planarOrder(shape.height, shape.width, shape.channels) : undefined;
    const classes = labels && (await classNumbers(labelFile, labels, shape.count));
    return {
      ...shape,
      name,
      ...(tabular && { tabular }),
      ...(classes && { labels: classes }),
      files: [...new Set([name, ...(classes ? [labelFile] : [])])],
      async read(indices) {
        const values = toValues(await records.read(indices));
        return order ? reordered(values, sampleSize(shape), order) : values;
      },
      async close() {
        await records.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Arrays {
  readonly images: StoredTensor;
  readonly labels?: StoredTensor;
}

async function fromNpz(choice: NpzChoice, role: Role, opened: ByteSource[]): Promise<Arrays> {
  const source = await openSource(choice.path);
  opened.push(source);
  const entries = await zipEntries(source);
  const names = [...entries.values()].flatMap(({ name }) => (name.endsWith('.npy') ? [name.slice(0, -4)] : []));
  const array = async (key: string): Promise<StoredTensor | undefined> => {
    const entry = entries.get(`${key}.npy`);
    return entry && npyTensor(choice.path, key, await zipStretch(source, entry));
  };
  const missing = (key: string, what: string) =>
    new FileFault(
      choice.path,
      `has no array "${key}" for the ${what}`,
      `name one of ${names.slice(0, 12).join(', ') || 'another file'} (data keys "images" and "labels")`,
    );
  const images = await array(choice.images);
  if (!images) throw missing(choice.images, 'images');
  const labels = await array(choice.labels);
  if (!labels && role !== 'unlabelled') throw missing(choice.labels, 'labels');
  return { images, ...(labels && { labels }) };
}

async function fromNpy({ images, labels }: NpyChoice, opened: ByteSource[]): Promise<Arrays> {
  const array = async (file: string, name: string): Promise<StoredTensor> => {
    const source = await openSource(file);
    opened.push(source);
    return npyTensor(file, name, plainStretch(source, 0, source.size));
  };
  return { images: await array(images, 'images'), ...(labels !== undefined && { labels: await array(labels, 'labels') }) };
}

interface Interpretation {
  readonly shape: SampleShape;
  readonly planar: boolean;
  readonly tabular?: true;
}

function sampleShape(file: string, { name, shape, strides }: StoredTensor, layout: Layout | undefined): Interpretation {
  const [count = 0, a = 0, b = 0, c = 0] = shape;
  const text = `[${shape.join(', ')}]`;
  if (elementCount(shape) === 0) throw new FileFault(file, `holds nothing in ${name} ${text}`, 'name an array with at least one item');
  if (strides) throw new FileFault(file, `stores ${name} column by column`, 'save numpy.ascontiguousarray of it');
  if (shape.length === 2) return { shape: { count, height: 1, width: a, channels: 1 }, planar: false, tabular: true };
  if (shape.length === 3) return { shape: { count, height: a, width: b, channels: 1 }, planar: false };
  if (shape.length !== 4)
    throw new FileFault(
      file,
      `holds ${name} with ${shape.length} dimensions ${text}`,
      'save images as N × H × W (× C) or rows as N × columns',
    );
  const planar = layout ? layout === 'NCHW' : likeness(a) > likeness(c);
  const channels = planar ? a : c;
  if (likeness(channels) === 0)
    throw new FileFault(
      file,
      `holds ${name} ${text}, which would have ${channels} channels`,
      'set "layout" to "NHWC" or "NCHW", or save 1 to 4',
    );
  return { shape: planar ? { count, height: b, width: c, channels } : { count, height: a, width: b, channels }, planar };
}

/** How much a size looks like a number of channels: grey or colours, then either with opacity, then not at all. */
const likeness = (size: number): number => (size === 1 || size === 3 ? 2 : size === 2 || size === 4 ? 1 : 0);

function recordsOf(file: string, { name, dtype, shape, bytes }: StoredTensor, count: number): Records {
  const size = (elementCount(shape) / count) * ELEMENT_BYTES[dtype];
  if (bytes.placed !== undefined && bytes.length > MOST_HELD_BYTES) return fileRecords(file, { offset: bytes.placed, size, count });
  if (bytes.length > MOST_UNPACKED_BYTES)
    throw new FileFault(
      file,
      `holds ${name} compressed, too large (${counted(bytes.length)} bytes) to unpack into memory`,
      'save it with numpy.savez or as .npy, which are read piece by piece',
    );
  return heldRecords(size, count, () => wholeStretch(bytes));
}

/** Turns stored elements into values; images must lie in [0, 1], rows of a table may hold any number. */
function decoderOf(file: string, tensor: StoredTensor, tabular = false): (bytes: Uint8Array) => Float32Array {
  const { name } = tensor;
  if (tensor.dtype === 'uint8' && !tabular) return unitValues;
  const isFloat = /^b?float/.test(tensor.dtype) || tensor.dtype === 'bool';
  if (!tabular && !isFloat)
    throw new FileFault(file, `stores ${name} as ${tensor.dtype}, whose range is not known`, 'save unsigned bytes, or floats in [0, 1]');
  return bytes => {
    const values = decoded(tensor, bytes);
    const wrong = values.findIndex(value => (tabular ? !Number.isFinite(value) : !(value >= 0 && value <= 1)));
    if (wrong >= 0)
      throw new FileFault(
        file,
        `holds the value ${values[wrong]!} in ${name}, ${tabular ? 'which is no number' : 'outside of [0, 1]'}`,
        tabular ? 'replace or leave out what is missing' : 'save unsigned bytes, or floats in [0, 1]',
      );
    return values instanceof Float32Array ? values : Float32Array.from(values);
  };
}

function decoded({ dtype, littleEndian = true }: StoredTensor, bytes: Uint8Array): TensorValues {
  const values = valuesFor(dtype, bytes.length / ELEMENT_BYTES[dtype]);
  decodeElements(dtype, bytes, values, 0, littleEndian);
  return values;
}

async function classNumbers(file: string, tensor: StoredTensor, count: number): Promise<Uint16Array> {
  const { name, shape, bytes } = tensor;
  if (shape[0] !== count || elementCount(shape) !== count)
    throw new FileFault(
      file,
      `has ${counted(shape[0] ?? 1)} labels in ${name} ([${shape.join(', ')}]) for ${counted(count)} images`,
      'name two arrays that belong together',
    );
  const values = decoded(tensor, await wholeStretch(bytes));
  const wrong = values.findIndex(value => !(Number.isInteger(value) && value >= 0 && value < MOST_CLASSES));
  if (wrong >= 0)
    throw new FileFault(file, `gives image ${wrong} the class ${values[wrong]!}`, `save class numbers from 0 to ${MOST_CLASSES - 1}`);
  return Uint16Array.from(values);
}
