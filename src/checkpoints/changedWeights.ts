import { FileFault } from '../common/fault';
import type { Checkpoint, TensorInfo } from './checkpoint';
import { matchWeights, type WeightMatch } from './matchWeights';
import type { Layer } from '../architecture/architecture';
import { tensorNorms, type NormOptions, type TensorNorms } from './norms';
import { tensorKey } from '../architecture/composition';

/**
 * The norms of W − W₀ of every matched matrix, by the key of its layer and parameter; W₀ are the weights before training. Both are read one tensor at a time.
 * Throws a FileFault where the other checkpoint lacks one of them.
 */
export async function changeNorms(
  checkpoint: Checkpoint,
  initial: Checkpoint,
  layers: readonly Layer[],
  matrices: readonly WeightMatch[],
  options: NormOptions,
): Promise<ReadonlyMap<string, TensorNorms>> {
  const before = new Map(
    matchWeights(layers, initial.tensors).matches.map(match => [tensorKey(match.layer, match.parameter.name), match.tensor]),
  );
  const found = new Map<string, TensorNorms>();
  for (const { layer, parameter, tensor } of matrices) {
    const key = tensorKey(layer, parameter.name);
    const other = before.get(key);
    if (!other || other.shape.join() !== tensor.shape.join())
      throw new FileFault(
        initial.file,
        `has no ${key} of shape [${tensor.shape.join(', ')}]`,
        'give the weights before training of the same network',
      );
    found.set(key, await tensorNorms(difference(checkpoint, initial, other), tensor, options));
  }
  return found;
}

/** A view of a checkpoint whose values are less those of one tensor of another, in 64-bit floats. */
function difference(checkpoint: Checkpoint, initial: Checkpoint, other: TensorInfo): Checkpoint {
  const read = async (name: string, signal?: AbortSignal) => {
    const [own, start] = [await checkpoint.read(name, signal), await initial.read(other.name, signal)];
    return Float64Array.from(own, (value, i) => value - start[i]!);
  };
  return {
    file: checkpoint.file,
    format: checkpoint.format,
    tensors: checkpoint.tensors,
    read,
    async *chunks(name, signal) {
      yield await read(name, signal);
    },
    close: () => Promise.resolve(),
  };
}
