import { FileFault } from '../common/fault';
import type { Checkpoint, TensorInfo } from './checkpoint';
import { differences } from './differences';
import { matchWeights, type WeightMatch } from './matchWeights';
import type { Layer } from '../architecture/architecture';
import { tensorNorms, type NormOptions, type TensorNorms } from './norms';
import { tensorKey } from '../architecture/composition';
import { joinedNoise, relativeNoise, type RelativeNoise } from '../theory/weights/networkMeasures';
import type { TensorValues } from './elementType';

/** What training changed of a matrix: its norms, and what noise in proportion to each change is, where it was asked for. */
export interface ChangeNorms extends TensorNorms {
  readonly noise?: RelativeNoise;
}

/**
 * The norms of W − W₀ of every matched matrix, by the key of its layer and parameter; W₀ are the weights before training. Both are read in step, never whole.
 * Throws a FileFault where the other checkpoint lacks one of them.
 * @param relativeSigma asks for the noise of that deviation relative to each change
 */
export async function changeNorms(
  checkpoint: Checkpoint,
  initial: Checkpoint,
  layers: readonly Layer[],
  matrices: readonly WeightMatch[],
  options: NormOptions,
  relativeSigma?: number,
): Promise<ReadonlyMap<string, ChangeNorms>> {
  const before = new Map(
    matchWeights(layers, initial.tensors).matches.map(match => [tensorKey(match.layer, match.parameter.name), match.tensor]),
  );
  const found = new Map<string, ChangeNorms>();
  for (const { layer, parameter, tensor } of matrices) {
    const key = tensorKey(layer, parameter.name);
    const other = before.get(key);
    if (!other || other.shape.join() !== tensor.shape.join())
      throw new FileFault(
        initial.file,
        `has no ${key} of shape [${tensor.shape.join(', ')}]`,
        'give the weights before training of the same network',
      );
    const change = difference(checkpoint, initial, other);
    const norms = await tensorNorms(change, tensor, options);
    const noise = relativeSigma === undefined ? undefined : await noiseOf(change.chunks(tensor.name, options.signal), relativeSigma);
    found.set(key, { ...norms, ...(noise && { noise }) });
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
    chunks: (name, signal) => differences(checkpoint.chunks(name, signal), initial.chunks(other.name, signal)),
    close: () => Promise.resolve(),
  };
}

async function noiseOf(changes: AsyncIterable<TensorValues>, sigma: number): Promise<RelativeNoise> {
  const parts: RelativeNoise[] = [];
  for await (const part of changes) parts.push(relativeNoise(part, sigma));
  return joinedNoise(parts);
}
