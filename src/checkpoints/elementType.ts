/** How the numbers of a tensor are stored, by NumPy's and PyTorch's common names. */
export type ElementType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float8_e4m3fn'
  | 'float8_e5m2'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool';

/** The values of a tensor in row-major order: 64-bit floats for types that 32-bit floats cannot hold, 32-bit floats for the others. */
export type TensorValues = Float32Array | Float64Array;

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float8_e4m3fn: 1,
  float8_e5m2: 1,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

const WIDE: ReadonlySet<ElementType> = new Set(['float64', 'int64', 'uint64', 'int32', 'uint32']);

/** Whether BoundLens can read numbers stored under this name. */
export function isElementType(name: string): name is ElementType {
  return Object.hasOwn(ELEMENT_BYTES, name);
}

/** Room for `count` values of a type. */
export function valuesFor(type: ElementType, count: number): TensorValues {
  return WIDE.has(type) ? new Float64Array(count) : new Float32Array(count);
}

/** The number that a small float with `exponentBits` and `mantissaBits` means; `finite` types have no infinities (all-ones is NaN). */
function smallFloat(code: number, exponentBits: number, mantissaBits: number, finite: boolean): number {
  const mantissaCodes = 2 ** mantissaBits;
  const mantissa = code % mantissaCodes;
  const exponent = Math.floor(code / mantissaCodes) % 2 ** exponentBits;
  const negative = code >= 2 ** (exponentBits + mantissaBits);
  const bias = 2 ** (exponentBits - 1) - 1;
  const largest = 2 ** exponentBits - 1;
  let value: number;
  if (exponent === 0) value = (mantissa / mantissaCodes) * 2 ** (1 - bias);
  else if (exponent === largest && finite)
    value = mantissa === mantissaCodes - 1 ? NaN : (1 + mantissa / mantissaCodes) * 2 ** (exponent - bias);
  else if (exponent === largest) value = mantissa === 0 ? Infinity : NaN;
  else value = (1 + mantissa / mantissaCodes) * 2 ** (exponent - bias);
  return negative ? -value : value;
}

function tableOf(codes: number, exponentBits: number, mantissaBits: number, finite = false): Float32Array {
  return Float32Array.from({ length: codes }, (_, code) => smallFloat(code, exponentBits, mantissaBits, finite));
}

let halves: Float32Array | undefined;
const halfTable = () => (halves ??= tableOf(65_536, 5, 10));
const E4M3 = tableOf(256, 4, 3, true);
const E5M2 = tableOf(256, 5, 2);

type Read = (view: DataView, at: number, littleEndian: boolean) => number;

const brainFloat = new DataView(new ArrayBuffer(4));

const READERS: Readonly<Record<ElementType, Read>> = {
  float64: (view, at, little) => view.getFloat64(at, little),
  float32: (view, at, little) => view.getFloat32(at, little),
  float16: (view, at, little) => halfTable()[view.getUint16(at, little)]!,
  bfloat16: (view, at, little) => {
    brainFloat.setUint32(0, view.getUint16(at, little) * 65_536);
    return brainFloat.getFloat32(0);
  },
  float8_e4m3fn: (view, at) => E4M3[view.getUint8(at)]!,
  float8_e5m2: (view, at) => E5M2[view.getUint8(at)]!,
  int64: (view, at, little) => Number(view.getBigInt64(at, little)),
  int32: (view, at, little) => view.getInt32(at, little),
  int16: (view, at, little) => view.getInt16(at, little),
  int8: (view, at) => view.getInt8(at),
  uint64: (view, at, little) => Number(view.getBigUint64(at, little)),
  uint32: (view, at, little) => view.getUint32(at, little),
  uint16: (view, at, little) => view.getUint16(at, little),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
};

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Whether the bytes of these elements are what this machine holds in an array of such floats. */
export const asTheyLie = (type: ElementType, littleEndian: boolean): type is 'float32' | 'float64' =>
  (type === 'float32' || type === 'float64') && littleEndian && HOST_IS_LITTLE_ENDIAN;

/** The numbers in `bytes`, which hold whole elements and are given away: no copy is made where none is needed. */
export function decodedValues(type: ElementType, bytes: Uint8Array, littleEndian = true): TensorValues {
  const count = bytes.length / ELEMENT_BYTES[type];
  if (asTheyLie(type, littleEndian) && bytes.byteOffset % ELEMENT_BYTES[type] === 0)
    return type === 'float32'
      ? new Float32Array(bytes.buffer, bytes.byteOffset, count)
      : new Float64Array(bytes.buffer, bytes.byteOffset, count);
  const values = valuesFor(type, count);
  decodeElements(type, bytes, values, 0, littleEndian);
  return values;
}

/** Decodes whole elements from `bytes` into `values` from index `first` on; 64-bit integers beyond 2⁵³ are rounded. */
export function decodeElements(type: ElementType, bytes: Uint8Array, values: TensorValues, first = 0, littleEndian = true): void {
  const count = bytes.length / ELEMENT_BYTES[type];
  if (asTheyLie(type, littleEndian)) {
    new Uint8Array(values.buffer, values.byteOffset + first * values.BYTES_PER_ELEMENT, bytes.length).set(bytes);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const read = READERS[type];
  const step = ELEMENT_BYTES[type];
  for (let index = 0; index < count; index++) values[first + index] = read(view, index * step, littleEndian);
}
