import type { Architecture } from './architecture';
import { tensorKey } from './composition';
import type { WeightNorms } from './compositionWeights';
import { allLayers } from './counts';

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
    length: (path, tensor) => (tensor === 'bias' ? 0 : spectral.get(tensorKey(path, tensor))),
    largest: (_path, tensor) => (tensor === 'weight' ? 1 : undefined),
    leastVariance: () => 1,
  };
}
