import type { Architecture, Layer, Parameter } from '../architecture/architecture';
import { allLayers, parameterSize } from '../architecture/counts';
import { composedBound } from './composedBound';
import type { WeightNorms } from '../architecture/compositionWeights';
import { architectureBound, type ArchitectureBound, type ArchitectureBoundInput, type BoundLayer } from '../theory/architectureBound';

/** What theory says about an architecture before any run, and which tensor each entry of `bound.layers` stands for. */
export interface BoundOfArchitecture {
  readonly bound?: ArchitectureBound;
  readonly boundLayers: readonly { readonly path: string; readonly tensor: string }[];
}

/** Norms of trained weights, how they are known, and what rounding them up to a grid costs in nats. */
export interface MeasuredNorms extends NonNullable<ArchitectureBoundInput['measured']> {
  readonly norms: WeightNorms;
}

/**
 * The bound of a definition at `unlabelled` images; absent when a size is not known or nothing in it is a matrix. Normalisations
 * and embeddings of positions are not matrices: what they add is left out. Where the composition is known it says how much each matrix counts;
 * elsewhere the matrices are taken as one chain. With `measured` the norms are those of trained weights.
 */
export function boundOf(architecture: Architecture, unlabelled: number, measured?: MeasuredNorms): BoundOfArchitecture {
  if (!architecture.parameterCount.known) return { boundLayers: [] };
  const matrices = [...allLayers(architecture.layers)].flatMap(matricesOf);
  if (matrices.length === 0) return { boundLayers: [] };
  const { logAmplifications, ...composed } = composedBound(
    architecture,
    matrices.map(({ path, tensor }) => ({ path, tensor })),
    measured?.norms,
  );
  const layers = matrices.map(({ matrix, path, tensor }, index) => ({
    ...matrix,
    initialSpectralNorm: measured?.norms.spectral(path, tensor) ?? matrix.initialSpectralNorm,
    logAmplification: logAmplifications?.[index],
  }));
  return {
    bound: architectureBound({ layers, unlabelled, ...composed, ...(measured && { measured }) }),
    boundLayers: matrices.map(({ path, tensor }) => ({ path, tensor })),
  };
}

interface LayerMatrix {
  readonly matrix: BoundLayer;
  readonly path: string;
  readonly tensor: string;
}

const KINDS: readonly string[] = ['linear', 'convolution', 'attention', 'embedding'];

/** The matrices of a layer whose norm at initialisation is known and not 0; biases are counted with the first of them. */
function matricesOf(layer: Layer): LayerMatrix[] {
  const parameters = layer.parameters.known ? layer.parameters.value : [];
  const matrices = parameters.filter(isMatrix);
  const rest = parameters.filter(parameter => !isMatrix(parameter)).reduce((sum, parameter) => sum + parameterSize(parameter), 0);
  return matrices.map((parameter, index) => {
    const size = parameterSize(parameter);
    const outputs = parameter.outputs ?? parameter.shape[0]!;
    const matrix: BoundLayer = {
      outputs,
      inputs: size / outputs,
      initialSpectralNorm: parameter.initialSpectralNorm,
      kind: KINDS.includes(layer.kind) ? (layer.kind as BoundLayer['kind']) : 'other',
      parameters: size + (index === 0 ? rest : 0),
    };
    return { matrix, path: layer.path, tensor: parameter.name };
  });
}

const isMatrix = (parameter: Parameter): boolean => (parameter.initialSpectralNorm ?? 0) > 0 && parameterSize(parameter) > 0;
