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
export function ownParameterCount(layer: Layer): Known<number> {
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

/** How many of a definition's innermost layers are known, out of how many there are: "9 of 14 layers known". */
export function knownLayers(architecture: Architecture): { readonly known: number; readonly all: number } {
  const leaves = [...allLayers(architecture.layers)].filter(layer => layer.children.length === 0);
  return { known: leaves.filter(layer => layer.parameters.known).length, all: leaves.length };
}
