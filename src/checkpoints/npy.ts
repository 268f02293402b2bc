import { FileFault } from '../common/fault';
import { brokenFile, openSource, plainStretch, type ByteStretch } from './byteSource';
import { elementCount, isShape, StoredCheckpoint, type Checkpoint, type StoredTensor } from './checkpoint';
import { ELEMENT_BYTES, type ElementType } from './elementType';
import { after, zipEntries, zipStretch } from './zip';

const MAGIC = '\x93NUMPY';
const LONGEST_HEADER = 1 << 20;

const TYPES: Readonly<Record<string, ElementType>> = {
  f8: 'float64',
  f4: 'float32',
  f2: 'float16',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  u8: 'uint64',
  u4: 'uint32',
  u2: 'uint16',
  u1: 'uint8',
  b1: 'bool',
};

/** The first `length` bytes of a stretch, or all of a shorter one. */
async function beginning(stretch: ByteStretch, length: number): Promise<Uint8Array> {
  const start = new Uint8Array(Math.min(length, stretch.length));
  let at = 0;
  for await (const chunk of stretch.chunks()) {
    const part = chunk.subarray(0, start.length - at);
    start.set(part, at);
    at += part.length;
    if (at === start.length) break;
  }
  return start;
}

/** Distances between neighbours of a column-major array, in elements. */
function columnMajorStrides(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => elementCount(shape.slice(0, axis)));
}

/** The array of an .npy stream, named `name` inside its archive or undefined for a file of its own: its header is the text of a Python dictionary with descr, fortran_order and shape (NumPy's format 1.0 to 3.0). */
export async function npyTensor(file: string, name: string | undefined, stretch: ByteStretch): Promise<StoredTensor> {
  const brokenHeader = name === undefined ? 'has a broken .npy header' : `holds ${name} with a broken .npy header`;
  const fixed = await beginning(stretch, 12);
  if (fixed.length < 12 || String.fromCharCode(...fixed.subarray(0, 6)) !== MAGIC)
    throw brokenFile(file, name === undefined ? 'is no .npy array' : `holds ${name}, which is no .npy array`);
  const view = new DataView(fixed.buffer);
  const [lengthBytes, headerLength] = fixed[6] === 1 ? [2, view.getUint16(8, true)] : [4, view.getUint32(8, true)];
  const start = 8 + lengthBytes + headerLength;
  if (fixed[6]! < 1 || fixed[6]! > 3 || headerLength > LONGEST_HEADER || start > stretch.length) throw brokenFile(file, brokenHeader);
  const header = new TextDecoder('latin1').decode((await beginning(stretch, start)).subarray(8 + lengthBytes));
  const descr = /['"]descr['"]\s*:\s*['"]([<>|=])([a-zA-Z]\d+)['"]/.exec(header);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header);
  const sizes = /['"]shape['"]\s*:\s*\(([\d\s,]*)\)/.exec(header);
  const dtype = descr && Object.hasOwn(TYPES, descr[2]!) ? TYPES[descr[2]!]! : undefined;
  if (!dtype)
    throw new FileFault(
      file,
      `stores ${name ?? 'its values'} as ${/['"]descr['"]\s*:\s*([^,}]{0,60})/.exec(header)?.[1] ?? 'nothing'}, not as plain numbers`,
      'save whole or floating-point numbers',
    );
  const shape = sizes?.[1]!.split(',').flatMap(part => (part.trim() === '' ? [] : [Number(part)]));
  if (!order || !isShape(shape)) throw brokenFile(file, brokenHeader);
  const length = elementCount(shape) * ELEMENT_BYTES[dtype];
  if (stretch.length - start !== length)
    throw brokenFile(
      file,
      `holds ${stretch.length - start} bytes of ${name ?? 'values'}, which its shape [${shape.join(', ')}] contradicts`,
    );
  const strides = order[1] === 'True' && shape.length > 1 ? { strides: columnMajorStrides(shape) } : {};
  return { name: name ?? 'array', shape, dtype, bytes: after(stretch, start), littleEndian: descr![1] !== '>', ...strides };
}

/** Opens a .npy file as a checkpoint of one tensor, named `array`. */
export async function openNpy(file: string): Promise<Checkpoint> {
  const source = await openSource(file);
  try {
    return new StoredCheckpoint(file, 'npy', [await npyTensor(file, undefined, plainStretch(source, 0, source.size))], [source]);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Opens an .npz file: a zip archive of .npy files, stored or deflated, named by their keys. */
export async function openNpz(file: string): Promise<Checkpoint> {
  const source = await openSource(file);
  try {
    const tensors: StoredTensor[] = [];
    for (const entry of (await zipEntries(source)).values())
      if (entry.name.endsWith('.npy')) tensors.push(await npyTensor(file, entry.name.slice(0, -4), await zipStretch(source, entry)));
    return new StoredCheckpoint(file, 'npz', tensors, [source]);
  } catch (error) {
    await source.close();
    throw error;
  }
}
