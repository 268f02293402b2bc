import { brokenFile, openSource, wholeStretch, type ByteSource } from '../byteSource';
import { StoredCheckpoint, type Checkpoint, type StoredTensor } from '../checkpoint';
import { zipEntries, zipStretch, type ZipEntry } from '../zip';
import { Hdf5Reader, type Dataset } from './hdf5';

/** Largest compressed weights that are unpacked into memory; Keras stores them uncompressed, and then there is no limit. */
const MOST_UNPACKED = 256 << 20;

/**
 * Weights by Keras' names. A Keras 2 file has a group per layer, below it the weight's own name (`dense/dense/kernel:0` is `dense/kernel:0`),
 * all of it below `model_weights` where the model was saved with it; a Keras 3 file keeps its paths (`layers/dense/vars/0`) and says in attributes what the
 * layers are called. Optimiser states are left out.
 */
function weights(datasets: readonly Dataset[], layers: ReadonlyMap<string, string>): StoredTensor[] {
  const whole = datasets.some(({ path }) => path.startsWith('model_weights/'));
  const own = datasets
    .filter(({ path }) => (whole ? path.startsWith('model_weights/') : !/^(optimizer|optimizer_weights)\//.test(path)))
    .map(dataset => ({ ...dataset, path: whole ? dataset.path.slice('model_weights/'.length) : dataset.path }));
  const keras2 = own.length > 0 && own.every(({ path }) => path.includes('/') && !/(^|\/)vars\/\d+$/.test(path));
  const short = own.map(({ path }) => (keras2 ? path.slice(path.indexOf('/') + 1) : path));
  const names = new Set(short).size === short.length ? short : own.map(({ path }) => path);
  return own.map(({ shape, dtype, littleEndian, bytes }, index) => ({
    name: names[index]!,
    shape,
    dtype,
    littleEndian,
    bytes,
    outputAxis: 'last',
    ...numbered(own[index]!.path, layers),
  }));
}

/**
 * Which layer a dataset `blocks/block_1/fc/vars/0` belongs to, by the names of the layers around it: `block_1/dense_3`. The path itself is of attributes,
 * and counts the layers of a class within a list. The model's own name, over all of them, is left out.
 */
function numbered(path: string, layers: ReadonlyMap<string, string>): Pick<StoredTensor, 'numbered'> {
  const [, place, index] = /^(?:(.*)\/)?vars\/(\d+)$/.exec(path) ?? [];
  if (index === undefined || !layers.has('vars')) return {};
  const steps = place === undefined ? [] : place.split('/');
  const names = steps.flatMap((_, end) => layers.get(`${steps.slice(0, end + 1).join('/')}/vars`) ?? []);
  return { numbered: { layer: names.join('/'), index: Number(index) } };
}

async function openFrom(source: ByteSource, format: 'keras' | 'keras-h5', inner: ByteSource): Promise<Checkpoint> {
  const reader = new Hdf5Reader(inner);
  const tensors = weights(await reader.datasets(), reader.names);
  if (tensors.length === 0) throw brokenFile(source.file, 'holds no weights');
  return new StoredCheckpoint(source.file, format, tensors, [source]);
}

/** A file of an archive as a source of its own: in place where it is stored, in memory where it is compressed. */
async function innerSource(source: ByteSource, entry: ZipEntry): Promise<ByteSource> {
  const stretch = await zipStretch(source, entry);
  const { file } = source;
  const bounded = (read: ByteSource['read']): ByteSource => ({
    file,
    size: stretch.length,
    read: (offset, length) => {
      if (!(offset >= 0 && length >= 0 && offset + length <= stretch.length))
        throw brokenFile(file, `ends before byte ${offset + length} of ${entry.name}`);
      return read(offset, length);
    },
    close: () => Promise.resolve(),
  });
  if (stretch.placed !== undefined) return bounded((offset, length) => source.read(stretch.placed! + offset, length));
  if (stretch.length > MOST_UNPACKED) throw brokenFile(file, `holds ${entry.name} compressed and too large to unpack`);
  const bytes = await wholeStretch(stretch);
  return bounded((offset, length) => Promise.resolve(bytes.slice(offset, offset + length)));
}

/** Opens Keras weights in HDF5: `.h5`, `.hdf5`, `.weights.h5`. */
export async function openKerasH5(file: string): Promise<Checkpoint> {
  const source = await openSource(file);
  try {
    return await openFrom(source, 'keras-h5', source);
  } catch (error) {
    await source.close();
    throw truncated(file, error);
  }
}

/** Opens a `.keras` archive (Keras 3): its `model.weights.h5`. */
export async function openKeras(file: string): Promise<Checkpoint> {
  const source = await openSource(file);
  try {
    const entry = (await zipEntries(source)).get('model.weights.h5');
    if (!entry) throw brokenFile(file, 'is not a .keras archive: it holds no model.weights.h5');
    return await openFrom(source, 'keras', await innerSource(source, entry));
  } catch (error) {
    await source.close();
    throw truncated(file, error);
  }
}

/** Reading past the end of a block is how a broken HDF5 structure shows. */
function truncated(file: string, error: unknown): unknown {
  return error instanceof RangeError ? brokenFile(file, 'has a broken HDF5 structure') : error;
}
