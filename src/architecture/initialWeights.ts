import type { Architecture } from './architecture';
import { tensorKey } from './composition';
import type { WeightNorms } from './compositionWeights';
import { allLayers } from './counts';

/** What frameworks call the tensors of a normalisation that scale and shift, and its running variance. */
export const GAINS: readonly string[] = ['weight', 'gamma', 'scale'];
const SHIFTS: readonly string[] = ['bias', 'beta'];
export const VARIANCES: readonly string[] = ['running_var', 'moving_variance', 'var'];

/**
 * Norms of a definition's tensors as its framework initialises them: spectral norms as the layers say, gains of normalisations 1, running variances 1.
 * Biases are taken as 0, which they are not in every layer; whoever shows a number made of these says so.
 */
export function initialNorms(architecture: Architecture): WeightNorms {
  const spectral = new Map<string, number>();
  for (const layer of allLayers(architecture.layers)) {
    for (const { name, initialSpectralNorm } of layer.parameters.known ? layer.parameters.value : [])
      if (initialSpectralNorm !== undefined) spectral.set(tensorKey(layer.path, name), initialSpectralNorm);
  }
  return {
    spectral: (path, tensor) => spectral.get(tensorKey(path, tensor)),
    length: (path, tensor) => (SHIFTS.includes(tensor) ? 0 : spectral.get(tensorKey(path, tensor))),
    largest: (_path, tensor) => (GAINS.includes(tensor) ? 1 : undefined),
    leastVariance: () => 1,
  };
}
