import { dirname, join } from 'node:path';
import { brokenFile, openSource, plainStretch, type ByteSource, type ByteStretch, unsupportedFile } from './byteSource';
import { elementCount, isShape, StoredCheckpoint, type Checkpoint, type StoredTensor } from './checkpoint';
import { ELEMENT_BYTES, isElementType, type ElementType } from './elementType';
import { isRecord, readJsonFile } from './json';

/** Several sources read as one. */
function joined(sources: readonly ByteSource[], file: string): (offset: number, length: number) => ByteStretch {
  return (offset, length) => {
    const parts: ByteStretch[] = [];
    let [begin, left, at] = [0, length, offset];
    for (const source of sources) {
      const inside = Math.min(left, begin + source.size - at);
      if (inside > 0) {
        parts.push(plainStretch(source, at - begin, inside));
        at += inside;
        left -= inside;
      }
      begin += source.size;
    }
    if (left > 0) throw brokenFile(file, `speaks of ${offset + length} bytes of weights, but its shards hold ${begin}`);
    return {
      length,
      async *chunks(signal) {
        for (const part of parts) yield* part.chunks(signal);
      },
    };
  };
}

/** How a weight is stored, and how its integers become weights where it is quantised. */
function storage(file: string, name: string, entry: Record<string, unknown>): Pick<StoredTensor, 'dtype' | 'quantisation'> {
  const { dtype, quantization } = entry;
  const stored: unknown = isRecord(quantization) ? quantization.dtype : dtype;
  if (typeof stored !== 'string' || !isElementType(stored))
    throw unsupportedFile(file, `stores ${name} as ${JSON.stringify(stored)}, not as numbers`);
  if (!isRecord(quantization) || stored === 'float16') return { dtype: stored };
  const { scale, min } = quantization;
  if (typeof scale !== 'number' || typeof min !== 'number') throw brokenFile(file, `quantises ${name} without a scale`);
  return { dtype: stored, quantisation: { scale, offset: min } };
}

/** Opens a TensorFlow.js model: `model.json` with its weights manifest, and the shards beside it. */
export async function openTensorflowJs(file: string): Promise<Checkpoint> {
  const model = await readJsonFile(file);
  const manifest = isRecord(model) ? model.weightsManifest : undefined;
  if (!Array.isArray(manifest)) throw brokenFile(file, 'has no weightsManifest');
  const sources: ByteSource[] = [];
  try {
    const tensors: StoredTensor[] = [];
    for (const group of manifest as readonly unknown[]) {
      const { paths, weights } = isRecord(group) ? group : {};
      if (!Array.isArray(paths) || !Array.isArray(weights)) throw brokenFile(file, 'has a weights manifest without paths and weights');
      const shards: ByteSource[] = [];
      for (const path of paths as readonly unknown[]) {
        if (typeof path !== 'string' || /^[\\/]|^[a-zA-Z]:|(^|[\\/])\.\.([\\/]|$)|\0/.test(path))
          throw brokenFile(file, 'names a shard that is no file beside it');
        shards.push(await openSource(join(dirname(file), path)));
        sources.push(shards.at(-1)!);
      }
      const stretch = joined(shards, file);
      let offset = 0;
      for (const weight of weights as readonly unknown[]) {
        const { name, shape } = isRecord(weight) ? weight : {};
        if (!isRecord(weight) || typeof name !== 'string' || !isShape(shape)) throw brokenFile(file, 'has a weight without name and shape');
        const stored = storage(file, name, weight);
        const length = elementCount(shape) * ELEMENT_BYTES[stored.dtype satisfies ElementType];
        tensors.push({ name, shape, ...stored, bytes: stretch(offset, length), outputAxis: 'last' });
        offset += length;
      }
    }
    return new StoredCheckpoint(file, 'tensorflow.js', tensors, sources);
  } catch (error) {
    await Promise.all(sources.map(source => source.close()));
    throw error;
  }
}
