/** A tensor as a weights file stores it. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

const ALIGNMENT = 8;

/**
 * The bytes of a safetensors file: the length of a JSON header as a 64-bit little-endian integer, the header with each
 * tensor's type, shape and byte range, padded with spaces to a multiple of 8, then the values, 32-bit floats, little-endian.
 */
export function safetensors(tensors: readonly NamedTensor[], metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let end = 0;
  for (const { name, shape, values } of tensors) {
    const start = end;
    end += values.length * 4;
    header[name] = { dtype: 'F32', shape, data_offsets: [start, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(ALIGNMENT + padded + end).fill(0x20, ALIGNMENT, ALIGNMENT + padded);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(padded), true);
  bytes.set(json, ALIGNMENT);
  let at = ALIGNMENT + padded;
  for (const { values } of tensors)
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  return bytes;
}
