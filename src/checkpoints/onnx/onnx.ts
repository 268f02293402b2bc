import { dirname, join } from 'node:path';
import { brokenFile, openSource, plainStretch, unsupportedFile, type ByteSource, type ByteStretch } from '../byteSource';
import { elementCount, isShape, StoredCheckpoint, type Checkpoint, type StoredTensor } from '../checkpoint';
import { ELEMENT_BYTES, type ElementType } from '../elementType';
import { ProtobufReader, type Field } from './protobufReader';

/** TensorProto.DataType of onnx.proto. */
const TYPES: Readonly<Record<number, ElementType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
  17: 'float8_e4m3fn',
  19: 'float8_e5m2',
};

/** Field numbers of onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH_NODE = 1;
const GRAPH_INITIALISER = 5;
const NODE = { input: 1, operator: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, integer: 3 };
const TENSOR = { dims: 1, type: 2, floats: 4, int32s: 5, int64s: 7, name: 8, raw: 9, doubles: 10, uint64s: 11, external: 13 };

/** Integers that are written one by one in a file (not as raw bytes) are held in memory; more of them than this are refused. */
const MOST_LISTED = 1 << 22;

/** Integers of a list as the little-endian bytes of an element type. */
function listedBytes(type: ElementType, values: readonly bigint[]): Uint8Array {
  const width = ELEMENT_BYTES[type];
  const bytes = new Uint8Array(values.length * width);
  values.forEach((value, index) => {
    let rest = BigInt.asUintN(64, value);
    for (let byte = 0; byte < width; byte++, rest >>= 8n) bytes[index * width + byte] = Number(rest & 255n);
  });
  return bytes;
}

const inMemory = (bytes: Uint8Array): ByteStretch => ({
  length: bytes.length,
  async *chunks() {
    yield await Promise.resolve(bytes);
  },
});

/** What the fields of one TensorProto say. */
interface TensorFields {
  name: string;
  dims: number[];
  type: number;
  data: Field[];
  external: Map<string, string>;
}

class InitialiserReader {
  readonly sources: ByteSource[];
  private readonly reader: ProtobufReader;
  private readonly external = new Map<string, ByteSource>();

  constructor(private readonly source: ByteSource) {
    this.sources = [source];
    this.reader = new ProtobufReader(source);
  }

  /** The initialisers of the graph. The axis of outputs follows from the operator that uses a tensor. */
  async tensors(): Promise<StoredTensor[]> {
    const tensors: StoredTensor[] = [];
    const outputsLast = new Set<string>();
    let graphs = 0;
    for await (const field of this.reader.fields(0, this.source.size)) {
      if (field.number !== MODEL_GRAPH || field.wire !== 2) continue;
      graphs++;
      for await (const member of this.reader.fields(field.start, field.end)) {
        if (member.wire !== 2) continue;
        if (member.number === GRAPH_INITIALISER) tensors.push(await this.stored(await this.tensorFields(member)));
        if (member.number === GRAPH_NODE) await this.noteOrientation(member, outputsLast);
      }
    }
    if (graphs !== 1) throw brokenFile(this.source.file, 'is not an ONNX model');
    return tensors.map(tensor => (outputsLast.has(tensor.name) ? { ...tensor, outputAxis: 'last' as const } : tensor));
  }

  private async noteOrientation(node: Field, outputsLast: Set<string>): Promise<void> {
    const inputs: string[] = [];
    let operator = '';
    let transposed = false;
    for await (const field of this.reader.fields(node.start, node.end)) {
      if (field.number === NODE.input) inputs.push(await this.reader.text(field));
      if (field.number === NODE.operator) operator = await this.reader.text(field);
      if (field.number === NODE.attribute && field.wire === 2) transposed ||= await this.isTransposition(field);
    }
    if (inputs[1] !== undefined && (operator === 'MatMul' || (operator === 'Gemm' && !transposed))) outputsLast.add(inputs[1]);
  }

  private async isTransposition(attribute: Field): Promise<boolean> {
    let [name, value] = ['', 0n];
    for await (const field of this.reader.fields(attribute.start, attribute.end)) {
      if (field.number === ATTRIBUTE.name) name = await this.reader.text(field);
      if (field.number === ATTRIBUTE.integer) value = field.value;
    }
    return name === 'transB' && value === 1n;
  }

  private async tensorFields(tensor: Field): Promise<TensorFields> {
    const fields: TensorFields = { name: '', dims: [], type: 0, data: [], external: new Map() };
    const dataFields = new Set([TENSOR.floats, TENSOR.int32s, TENSOR.int64s, TENSOR.raw, TENSOR.doubles, TENSOR.uint64s]);
    for await (const field of this.reader.fields(tensor.start, tensor.end)) {
      if (field.number === TENSOR.name) fields.name = await this.reader.text(field);
      else if (field.number === TENSOR.type) fields.type = Number(field.value);
      else if (field.number === TENSOR.dims) fields.dims.push(...(await this.reader.integers(field)).map(Number));
      else if (field.number === TENSOR.external && field.wire === 2) await this.noteExternal(field, fields.external);
      else if (dataFields.has(field.number)) fields.data.push(field);
      if (fields.dims.length > 32 || fields.data.length > MOST_LISTED) throw this.broken(fields.name);
    }
    return fields;
  }

  private async noteExternal(entry: Field, external: Map<string, string>): Promise<void> {
    let [key, value] = ['', ''];
    for await (const field of this.reader.fields(entry.start, entry.end)) {
      if (field.number === 1) key = await this.reader.text(field);
      if (field.number === 2) value = await this.reader.text(field);
    }
    external.set(key, value);
  }

  private async stored({ name, dims, type, data, external }: TensorFields): Promise<StoredTensor> {
    const dtype = TYPES[type];
    if (!dtype)
      throw unsupportedFile(this.source.file, `stores ${name} as type ${type} of ONNX, which is not a number that BoundLens reads`);
    if (name === '' || !isShape(dims)) throw this.broken(name);
    const length = elementCount(dims) * ELEMENT_BYTES[dtype];
    const bytes = external.size > 0 ? await this.externalStretch(name, external, length) : await this.ownStretch(name, dtype, data);
    return { name, shape: dims, dtype, bytes };
  }

  private async ownStretch(name: string, dtype: ElementType, data: readonly Field[]): Promise<ByteStretch> {
    const [first] = data;
    if (!first) return inMemory(new Uint8Array(0));
    const packed = data.length === 1 && first.wire === 2;
    const plain = first.number === TENSOR.raw || first.number === TENSOR.floats || first.number === TENSOR.doubles;
    if (plain && packed) return plainStretch(this.source, first.start, first.end - first.start);
    if (plain || data.reduce((sum, field) => sum + field.end - field.start, 0) > 10 * MOST_LISTED) throw this.broken(name);
    const values: bigint[] = [];
    for (const field of data) for (const value of await this.reader.integers(field)) values.push(value);
    return inMemory(listedBytes(dtype, values));
  }

  private async externalStretch(name: string, entries: ReadonlyMap<string, string>, length: number): Promise<ByteStretch> {
    const location = entries.get('location');
    const offset = Number(entries.get('offset') ?? 0);
    const stated = Number(entries.get('length') ?? length);
    if (!location || /^[\\/]|^[a-zA-Z]:|(^|[\\/])\.\.([\\/]|$)|\0/.test(location) || !isShape([offset]) || stated !== length)
      throw brokenFile(this.source.file, `places ${name} in something that is no file beside it`);
    let found = this.external.get(location);
    if (!found) {
      found = await openSource(join(dirname(this.source.file), location));
      this.external.set(location, found);
      this.sources.push(found);
    }
    if (offset + length > found.size) throw brokenFile(found.file, `ends before the values of ${name}`);
    return plainStretch(found, offset, length);
  }

  private broken(name: string) {
    return brokenFile(this.source.file, `describes its tensor ${name} in a way that ONNX does not know`);
  }
}

/** Opens the initialisers of an ONNX model, in the file or in the external files beside it. */
export async function openOnnx(file: string): Promise<Checkpoint> {
  const reader = new InitialiserReader(await openSource(file));
  try {
    return new StoredCheckpoint(file, 'onnx', await reader.tensors(), reader.sources);
  } catch (error) {
    await Promise.all(reader.sources.map(source => source.close()));
    throw error;
  }
}
