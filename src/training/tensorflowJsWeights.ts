import { safetensors, type NamedTensor } from './safetensors';

/** Weights as TensorFlow.js stores them: a manifest, and the file that it names. */
export interface TensorflowJsWeights {
  /** The JSON of `weights_manifest.json`. */
  readonly manifest: string;
  /** The bytes of `weights.bin`: 32-bit floats, little-endian, one tensor after the other. */
  readonly shard: Uint8Array;
}

/** Writes tensors down so that `tf.io.loadWeights` makes of them what `model.loadWeights` takes. */
export function tensorflowJsWeights(tensors: readonly NamedTensor[]): TensorflowJsWeights {
  const weights = tensors.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const bytes = safetensors(tensors);
  const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  return { manifest: `${JSON.stringify([{ paths: ['weights.bin'], weights }])}\n`, shard: bytes.subarray(8 + header) };
}
