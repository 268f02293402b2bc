import { brokenFile, openSource, plainStretch, wholeStretch, type ByteSource, type ByteStretch } from '../byteSource';
import { elementCount, StoredCheckpoint, type Checkpoint, type CheckpointFormat, type StoredTensor } from '../checkpoint';
import { ELEMENT_BYTES } from '../elementType';
import { after, zipEntries, zipStretch } from '../zip';
import { PickleCut, PickleReader } from './pickle';
import { allTensors, stateDict } from './stateDict';
import { TensorDialect, type PickledTensor } from './tensorPickle';

/** Longest description of tensors that is read, in bytes; a model of a hundred thousand tensors takes some ten million. */
const LONGEST_PICKLE = 256 << 20;
const FIRST_WINDOW = 1 << 20;
/** Elements that a tensor may have beyond those of its storage (a stored `expand`) before it is refused. */
const MOST_REPEATED = 1 << 24;

type FindStorage = (key: string) => ByteStretch | undefined;

function rowMajorStrides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

/** A stretch from `first` on, of `length` bytes, inside another. */
function within(stretch: ByteStretch, first: number, length: number): ByteStretch {
  if (first === 0 && length === stretch.length) return stretch;
  const rest = after(stretch, first);
  return {
    length,
    async *chunks(signal) {
      let left = length;
      for await (const chunk of rest.chunks(signal)) {
        yield chunk.subarray(0, left);
        left -= chunk.length;
        if (left <= 0 && first + length < stretch.length) break;
      }
    },
  };
}

function storedTensor(file: string, name: string, tensor: PickledTensor, find: FindStorage, littleEndian: boolean): StoredTensor {
  const { shape, strides, dtype, offset } = tensor;
  const storage = find(tensor.storage.key);
  if (!storage || storage.length < tensor.storage.size) throw brokenFile(file, `lacks the values of ${name}`);
  const width = ELEMENT_BYTES[dtype];
  const count = elementCount(shape);
  const expected = rowMajorStrides(shape);
  const rowMajor = count <= 1 || shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]);
  if (rowMajor) return { name, shape, dtype, littleEndian, bytes: within(storage, offset * width, count * width) };
  const reach = 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
  if (count > reach && count > MOST_REPEATED) throw brokenFile(file, `repeats few values ${count} times in ${name}`);
  return { name, shape, dtype, littleEndian, strides, bytes: within(storage, offset * width, reach * width) };
}

function checkpointOf(source: ByteSource, format: CheckpointFormat, root: unknown, find: FindStorage, littleEndian = true): Checkpoint {
  const tensors = stateDict(root).map(([name, tensor]) => storedTensor(source.file, name, tensor, find, littleEndian));
  if (tensors.length === 0) throw brokenFile(source.file, 'holds no tensor');
  return new StoredCheckpoint(source.file, format, tensors, [source]);
}

/** The zip archive that torch.save writes since version 1.6: `data.pkl` and one file a storage. */
async function openZip(source: ByteSource): Promise<Checkpoint> {
  const { file } = source;
  const entries = await zipEntries(source);
  const pickles = [...entries.values()].filter(entry => /^([^/]+\/)?data\.pkl$/.test(entry.name));
  const [pickle] = pickles;
  if (!pickle || pickles.length > 1) throw brokenFile(file, 'is a zip archive without the data.pkl of torch.save');
  if (pickle.size > LONGEST_PICKLE) throw brokenFile(file, `claims a pickle of ${pickle.size} bytes`);
  const prefix = pickle.name.slice(0, -'data.pkl'.length);
  const bytes = await wholeStretch(await zipStretch(source, pickle));
  const root = wholePickle(file, bytes);
  const order = entries.get(`${prefix}byteorder`);
  const littleEndian = !order || order.size > 16 || new TextDecoder().decode(await wholeStretch(await zipStretch(source, order))) !== 'big';
  const storages = new Map<string, ByteStretch>();
  for (const entry of entries.values())
    if (entry.name.startsWith(`${prefix}data/`)) storages.set(entry.name.slice(prefix.length + 5), await zipStretch(source, entry));
  return checkpointOf(source, 'pytorch', root, key => storages.get(key), littleEndian);
}

function wholePickle(file: string, bytes: Uint8Array): unknown {
  try {
    return new PickleReader(file, bytes, new TensorDialect(file)).read();
  } catch (error) {
    throw error instanceof PickleCut ? brokenFile(file, 'ends inside its pickle') : error;
  }
}

const LEGACY_MAGIC = Number(0x1950a86a20f9469cfc6cn);
const LEGACY_VERSION = 1001;

/** The five pickles that begin a legacy file: magic number, version, system, the object, the keys of the storages. */
function legacyPickles(
  file: string,
  bytes: Uint8Array,
): { readonly root: unknown; readonly keys: unknown; readonly end: number; readonly little: boolean } {
  const reader = new PickleReader(file, bytes, new TensorDialect(file));
  if (reader.read() !== LEGACY_MAGIC) throw brokenFile(file, 'is not a file of torch.save');
  if (reader.read() !== LEGACY_VERSION) throw brokenFile(file, 'was written by a version of torch.save that BoundLens does not know');
  const system = reader.read();
  const root = reader.read();
  const keys = reader.read();
  return { root, keys, end: reader.position, little: !(system instanceof Map) || system.get('little_endian') !== false };
}

/** The legacy format of torch.save: pickles, then for each storage its length as a 64-bit integer and its values. */
async function openLegacy(source: ByteSource): Promise<Checkpoint> {
  const { file, size } = source;
  let found: ReturnType<typeof legacyPickles> | undefined;
  for (let window = FIRST_WINDOW; !found; window *= 4) {
    const length = Math.min(window, size);
    try {
      found = legacyPickles(file, await source.read(0, length));
    } catch (error) {
      if (!(error instanceof PickleCut)) throw error;
      if (length === size || length >= LONGEST_PICKLE) throw brokenFile(file, 'ends inside its pickles');
    }
  }
  const { root, keys, end, little } = found;
  if (!Array.isArray(keys)) throw brokenFile(file, 'does not list its storages');
  const widths = new Map(stateDictStorages(root));
  const storages = new Map<string, ByteStretch>();
  let at = end;
  for (const key of keys) {
    const name = String(key);
    const width = widths.get(name);
    if (width === undefined) throw brokenFile(file, `lists a storage (${name}) that no tensor uses, of unknown type`);
    const count = Number(new DataView((await source.read(at, 8)).buffer).getBigInt64(0, little));
    if (!(count >= 0 && at + 8 + count * width <= size)) throw brokenFile(file, `ends inside storage ${name}`);
    storages.set(name, plainStretch(source, at + 8, count * width));
    at += 8 + count * width;
  }
  return checkpointOf(source, 'pytorch-legacy', root, key => storages.get(key), little);
}

/** Bytes of an element of every storage in a pickled object, by key. */
function stateDictStorages(root: unknown): [string, number][] {
  return allTensors(root).map(({ storage, dtype }) => [storage.key, storage.dtype ? ELEMENT_BYTES[storage.dtype] : ELEMENT_BYTES[dtype]]);
}

/** Opens what torch.save wrote, as a zip archive or in the legacy format, without executing anything of it. */
export async function openPytorch(file: string): Promise<Checkpoint> {
  const source = await openSource(file);
  try {
    const start = await source.read(0, Math.min(4, source.size));
    return await (start[0] === 0x50 && start[1] === 0x4b ? openZip(source) : openLegacy(source));
  } catch (error) {
    await source.close();
    throw error;
  }
}
