import { Stopped, ValueFault } from '../common/fault';
import { brokenFile, type ByteSource, type ByteStretch } from './byteSource';
import { asTheyLie, decodedValues, ELEMENT_BYTES, valuesFor, type ElementType, type TensorValues } from './elementType';
import { gatherStrided } from './strided';

/** The kinds of weight files that BoundLens reads. */
export type CheckpointFormat =
  'safetensors' | 'pytorch' | 'pytorch-legacy' | 'npy' | 'npz' | 'onnx' | 'keras-h5' | 'keras' | 'tensorflow.js';

/** A tensor as a checkpoint names it. */
export interface TensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: ElementType;
  /** Which axis counts outputs; absent means the first, as PyTorch stores weights. */
  readonly outputAxis?: 'last';
  /** Where a file numbers the weights of a layer instead of naming them: the layer's path by its name, and the place among its weights. */
  readonly numbered?: { readonly layer: string; readonly index: number };
}

/** Weights in a file: named tensors that are read one at a time, never the whole file at once. */
export interface Checkpoint {
  readonly file: string;
  readonly format: CheckpointFormat;
  readonly tensors: readonly TensorInfo[];
  /** The values of a tensor in row-major order. Throws a ValueFault for an unknown name, a FileFault for broken content. */
  read(name: string, signal?: AbortSignal): Promise<TensorValues>;
  /** The same values in order, a few million at a time. */
  chunks(name: string, signal?: AbortSignal): AsyncIterable<TensorValues>;
  /** Writes the values, all or from the one at `from` on, into an array that they fill, where they lie in the file as 32-bit floats of this machine; otherwise false, and nothing was read. */
  fill?(name: string, into: Float32Array, signal?: AbortSignal, from?: number): Promise<boolean>;
  close(): Promise<void>;
}

/** A tensor with the place of its bytes. */
export interface StoredTensor extends TensorInfo {
  readonly bytes: ByteStretch;
  /** Default true. */
  readonly littleEndian?: boolean;
  /** Distance between neighbours along each axis, in elements of the stretch; absent for row-major tensors. */
  readonly strides?: readonly number[];
  /** How stored integers become weights: stored · scale + offset. */
  readonly quantisation?: { readonly scale: number; readonly offset: number };
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Elements that one tensor may have to be read at once (8 GB of 64-bit floats). */
const MOST_ELEMENTS = 2 ** 30;

/** Whether a list of sizes is one that a tensor can have. */
export function isShape(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= 32 &&
    value.every(size => Number.isSafeInteger(size) && (size as number) >= 0) &&
    Number.isSafeInteger(elementCount(value as number[]))
  );
}

/** A tensor's values whose bytes are gathered from strided places; the whole stretch is held once. */
async function readStrided(file: string, tensor: StoredTensor, strides: readonly number[], signal?: AbortSignal): Promise<TensorValues> {
  const { dtype, shape } = tensor;
  const stored = valuesFor(dtype, tensor.bytes.length / ELEMENT_BYTES[dtype]);
  let filled = 0;
  for await (const part of decoded(file, tensor, signal)) {
    stored.set(part, filled);
    filled += part.length;
  }
  return gatherStrided(valuesFor(dtype, elementCount(shape)), stored, shape, strides);
}

/** The numbers of a stretch, chunk by chunk, in the order in which they are stored. */
async function* decoded(file: string, tensor: StoredTensor, signal?: AbortSignal): AsyncGenerator<TensorValues> {
  const width = ELEMENT_BYTES[tensor.dtype];
  let rest = new Uint8Array(0);
  let total = 0;
  for await (const chunk of tensor.bytes.chunks(signal)) {
    let bytes = chunk;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
    }
    const whole = bytes.length - (bytes.length % width);
    rest = bytes.slice(whole);
    total += whole;
    const values = decodedValues(tensor.dtype, bytes.subarray(0, whole), tensor.littleEndian ?? true);
    if (signal?.aborted) throw new Stopped();
    if (tensor.quantisation)
      for (let at = 0; at < values.length; at++) values[at] = values[at]! * tensor.quantisation.scale + tensor.quantisation.offset;
    yield values;
  }
  if (rest.length > 0 || total !== tensor.bytes.length) throw brokenFile(file, `holds only ${total} bytes of ${tensor.name}`);
}

/** A checkpoint whose tensors lie as bytes in one or several sources, which it closes. */
export class StoredCheckpoint implements Checkpoint {
  private readonly byName = new Map<string, StoredTensor>();

  constructor(
    readonly file: string,
    readonly format: CheckpointFormat,
    readonly tensors: readonly StoredTensor[],
    private readonly sources: readonly Pick<ByteSource, 'close'>[],
  ) {
    for (const tensor of tensors) {
      if (this.byName.has(tensor.name)) throw brokenFile(file, `holds two tensors named ${tensor.name}`);
      if (!tensor.strides && tensor.bytes.length !== elementCount(tensor.shape) * ELEMENT_BYTES[tensor.dtype])
        throw brokenFile(
          file,
          `gives ${tensor.name} ${tensor.bytes.length} bytes, which its shape [${tensor.shape.join(', ')}] contradicts`,
        );
      this.byName.set(tensor.name, tensor);
    }
  }

  async read(name: string, signal?: AbortSignal): Promise<TensorValues> {
    const tensor = this.find(name);
    const count = elementCount(tensor.shape);
    if (count > MOST_ELEMENTS) throw new ValueFault(this.file, name, `has ${count} elements, too many at once`, 'read it in chunks');
    if (tensor.strides) return readStrided(this.file, tensor, tensor.strides, signal);
    const values = valuesFor(tensor.dtype, count);
    let at = 0;
    for await (const part of decoded(this.file, tensor, signal)) {
      values.set(part, at);
      at += part.length;
    }
    return values;
  }

  async *chunks(name: string, signal?: AbortSignal): AsyncGenerator<TensorValues> {
    const tensor = this.find(name);
    if (tensor.strides) yield await readStrided(this.file, tensor, tensor.strides, signal);
    else yield* decoded(this.file, tensor, signal);
  }

  async fill(name: string, into: Float32Array, signal?: AbortSignal, from = 0): Promise<boolean> {
    const { dtype, bytes, littleEndian = true, strides, quantisation } = this.find(name);
    if (!bytes.fill || strides || quantisation || dtype !== 'float32' || !asTheyLie(dtype, littleEndian)) return false;
    await bytes.fill(new Uint8Array(into.buffer, into.byteOffset, into.byteLength), signal, 4 * from);
    return true;
  }

  async close(): Promise<void> {
    await Promise.all(this.sources.map(source => source.close()));
  }

  private find(name: string): StoredTensor {
    const tensor = this.byName.get(name);
    if (!tensor)
      throw new ValueFault(this.file, name, 'is not among its tensors', `name one of ${[...this.byName.keys()].slice(0, 8).join(', ')}`);
    return tensor;
  }
}
