import { dirname, join } from 'node:path';
import { Fault } from '../common/fault';
import { brokenFile, openSource, plainStretch, type ByteSource, unsupportedFile } from './byteSource';
import { elementCount, isShape, StoredCheckpoint, type Checkpoint, type StoredTensor } from './checkpoint';
import { ELEMENT_BYTES, type ElementType } from './elementType';
import { isRecord, parseJson, readJsonFile } from './json';

const TYPES: Readonly<Record<string, ElementType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F8_E4M3: 'float8_e4m3fn',
  F8_E5M2: 'float8_e5m2',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};

/** Longest header that the format allows, in bytes. */
const LONGEST_HEADER = 100_000_000;
const LENGTH_BYTES = 8;

/** The tensors that a safetensors header describes; refuses ranges outside the file, overlapping ones and sizes that contradict the shape. */
async function storedTensors(source: ByteSource): Promise<StoredTensor[]> {
  const { file, size } = source;
  if (size < LENGTH_BYTES) throw brokenFile(file, `has ${size} bytes, too few for a safetensors file`);
  const prefix = await source.read(0, LENGTH_BYTES);
  const headerLength = new DataView(prefix.buffer).getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(LONGEST_HEADER, size - LENGTH_BYTES)))
    throw brokenFile(file, `claims a header of ${headerLength} bytes, more than it can hold`);
  const start = LENGTH_BYTES + Number(headerLength);
  const header = parseJson(file, await source.read(LENGTH_BYTES, Number(headerLength)), 'header');
  if (!isRecord(header)) throw brokenFile(file, 'has a header that is not an object');
  const ranges: { readonly name: string; readonly from: number; readonly to: number }[] = [];
  const tensors = Object.entries(header).flatMap(([name, entry]): StoredTensor[] => {
    if (name === '__metadata__') return [];
    const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
    const type = typeof dtype === 'string' && Object.hasOwn(TYPES, dtype) ? TYPES[dtype]! : undefined;
    if (!type)
      throw unsupportedFile(file, `stores ${name} as ${JSON.stringify(dtype)}, which is no type of the format that BoundLens knows`);
    if (!isShape(shape)) throw brokenFile(file, `gives ${name} no valid shape`);
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(offset => Number.isSafeInteger(offset)))
      throw brokenFile(file, `gives ${name} no valid place`);
    const [from, to] = offsets as [number, number];
    if (from < 0 || to < from || start + to > size)
      throw brokenFile(file, `places ${name} at bytes ${from} to ${to}, outside its ${size - start} bytes of data`);
    if (to - from !== elementCount(shape) * ELEMENT_BYTES[type])
      throw brokenFile(file, `gives ${name} ${to - from} bytes, which its shape [${shape.join(', ')}] contradicts`);
    if (to > from) ranges.push({ name, from, to });
    return [{ name, shape, dtype: type, bytes: plainStretch(source, start + from, to - from) }];
  });
  ranges.sort((first, second) => first.from - second.from);
  for (let index = 1; index < ranges.length; index++)
    if (ranges[index]!.from < ranges[index - 1]!.to)
      throw brokenFile(file, `places ${ranges[index]!.name} over ${ranges[index - 1]!.name}`);
  return tensors;
}

/** Opens one safetensors file. */
export async function openSafetensors(file: string): Promise<Checkpoint> {
  const source = await openSource(file);
  try {
    return new StoredCheckpoint(file, 'safetensors', await storedTensors(source), [source]);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Opens the shards of an index (`model.safetensors.index.json`), which lie beside it; each tensor must be in the shard that the index names. */
export async function openShardedSafetensors(file: string): Promise<Checkpoint> {
  const index = await readJsonFile(file);
  const map = isRecord(index) && isRecord(index.weight_map) ? index.weight_map : undefined;
  if (!map) throw brokenFile(file, 'has no weight_map');
  const shards = new Map<string, string[]>();
  for (const [name, shard] of Object.entries(map)) {
    if (typeof shard !== 'string' || /[\\/]|^\.\.?$/.test(shard))
      throw brokenFile(file, `places ${name} in something that is no file beside it`);
    shards.set(shard, [...(shards.get(shard) ?? []), name]);
  }
  const sources: ByteSource[] = [];
  try {
    const tensors: StoredTensor[] = [];
    for (const [shard, names] of shards) {
      const source = await openSource(join(dirname(file), shard));
      sources.push(source);
      const found = new Map((await storedTensors(source)).map(tensor => [tensor.name, tensor]));
      for (const name of names) {
        const tensor = found.get(name);
        if (!tensor) throw new Fault(`${file} places ${name} in ${shard}, which does not hold it`, 'download the shards again');
        tensors.push(tensor);
      }
    }
    return new StoredCheckpoint(file, 'safetensors', tensors, sources);
  } catch (error) {
    await Promise.all(sources.map(source => source.close()));
    throw error;
  }
}
