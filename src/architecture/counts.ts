import { known, type Architecture, type Known, type Layer, type Parameter } from './architecture';

/** Every layer below and including the given ones, parents before children, in the order of the source. */
export function* allLayers(layers: readonly Layer[]): Generator<Layer, void, undefined> {
  for (const layer of layers) {
    yield layer;
    yield* allLayers(layer.children);
  }
}

/** Number of scalars of one tensor. */
export const parameterSize = (parameter: Parameter): number => parameter.shape.reduce((product, side) => product * side, 1);

/** A tensor's name within the definition, as PyTorch's `named_parameters` gives it; a bare tensor is named by its layer's path alone. */
export const parameterPath = (layer: Layer, parameter: Parameter): string =>
  [layer.path, parameter.name].filter(part => part !== '').join('.');

/** Number of learnable scalars of a layer's own tensors, children excluded. */
function ownParameterCount(layer: Layer): Known<number> {
  if (!layer.parameters.known) return layer.parameters;
  return known(layer.parameters.value.reduce((sum, parameter) => sum + parameterSize(parameter), 0));
}

/** Number of learnable scalars of some layers with all that is below them; unknown, with the first reason, when one contribution is. */
export function parameterCount(layers: readonly Layer[]): Known<number> {
  let sum = 0;
  for (const layer of allLayers(layers)) {
    const own = ownParameterCount(layer);
    if (!own.known) return own;
    sum += own.value;
  }
  return known(sum);
}

/** The sizes of a definition's tensors as its framework counts them; undefined where a contribution is not known. */
export interface TensorCounts {
  /** Every parameter, trained or not. */
  readonly parameters: number | undefined;
  readonly trainable: number | undefined;
  /** Scalars of state that are no parameters. */
  readonly buffers: number | undefined;
}

/** Counts all tensors of a definition, those that are not trained among them. */
export function tensorCounts({ layers, parameterCount }: Architecture): TensorCounts {
  const all = [...allLayers(layers)];
  const sum = (tensors: readonly Parameter[]) => tensors.reduce((total, tensor) => total + parameterSize(tensor), 0);
  const trainable = parameterCount.known ? parameterCount.value : undefined;
  const frozen = sum(all.flatMap(layer => layer.frozen ?? []));
  const isKnown = trainable !== undefined && all.every(({ buffers }) => buffers?.known !== false);
  return {
    parameters: trainable === undefined ? undefined : trainable + frozen,
    trainable,
    buffers: isKnown ? sum(all.flatMap(({ buffers }) => (buffers?.known ? buffers.value : []))) : undefined,
  };
}

/** The layers below and including the given ones that hold no others. */
export const innermostLayers = (layers: readonly Layer[]): readonly Layer[] =>
  [...allLayers(layers)].filter(({ children }) => children.length === 0);

/** How many of a definition's innermost layers are known, out of how many there are: "9 of 14 layers known". */
export function knownLayers(architecture: Architecture): { readonly known: number; readonly all: number } {
  const leaves = innermostLayers(architecture.layers);
  return { known: leaves.filter(layer => layer.parameters.known).length, all: leaves.length };
}
