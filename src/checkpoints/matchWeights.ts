import type { Layer, Parameter } from '../architecture/architecture';
import { tensorKey } from '../architecture/composition';
import type { TensorInfo } from './checkpoint';
import { comparedNames, dotted, type ComparedNames } from './comparedNames';

/** A parameter of a definition with the tensor that holds its values. */
export interface WeightMatch {
  /** Path of the layer within the definition. */
  readonly layer: string;
  readonly parameter: Parameter;
  readonly tensor: TensorInfo;
}

/** Which tensors of a checkpoint belong to which layers of a definition, and what found no counterpart. */
export interface WeightMatching {
  readonly matches: readonly WeightMatch[];
  /** Parameters without a tensor of their name and shape, each with the reason as one clause. */
  readonly missing: readonly { readonly layer: string; readonly parameter: Parameter; readonly why: string }[];
  /** Tensors that no parameter asked for. */
  readonly unused: readonly TensorInfo[];
  /** What the checkpoint puts before every name: `module.`, `encoder.`, nothing. */
  readonly prefix: string;
}

/** What holds tensors: a layer, or all that is known of one. */
export interface WeightHolder extends Pick<Layer, 'path' | 'parameters' | 'frozen' | 'buffers'> {
  readonly children: readonly WeightHolder[];
}

interface Wanted {
  readonly layer: string;
  readonly name: string;
  readonly parameter: Parameter;
}

/** Everything that a state holds of the layers: what is trained, what is frozen, and buffers such as running variances. */
function wantedBelow(layers: readonly WeightHolder[]): Wanted[] {
  return layers.flatMap(({ path, parameters, frozen = [], buffers, children }) => [
    ...[...(parameters.known ? parameters.value : []), ...frozen, ...(buffers?.known ? buffers.value : [])].map(parameter => ({
      layer: path,
      name: dotted(tensorKey(path, parameter.name)),
      parameter,
    })),
    ...wantedBelow(children),
  ]);
}

/** Sides that agree; a single number may be stored with or without a side of 1. */
const sameShape = (a: readonly number[], b: readonly number[]) =>
  (a.length === b.length && a.every((size, axis) => size === b[axis])) || [...a, ...b].every(size => size === 1);

/** The prefix (`encoder.`, `module.`, none) with which most of the wanted names are names of the checkpoint. */
function commonPrefix(wantedNames: ReadonlySet<string>, names: ReadonlySet<string>): string {
  const counts = new Map<string, number>([['', 0]]);
  for (const name of names)
    for (let at = 0; at >= 0 && at < name.length; at = name.indexOf('.', at) + 1 || -1)
      if (wantedNames.has(name.slice(at))) counts.set(name.slice(0, at), (counts.get(name.slice(0, at)) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

/**
 * Matches the parameters of a definition to the tensors of a checkpoint by name, and by shape: a tensor of the right name and another shape is reported,
 * never taken. A prefix that the checkpoint puts before all names (`module.`, `encoder.`) is looked through, and so is how Keras numbers layers.
 */
export function matchWeights(layers: readonly WeightHolder[], tensors: readonly TensorInfo[]): WeightMatching {
  const wanted = wantedBelow(layers);
  const ways = comparedNames(
    wanted.map(({ name }) => name),
    tensors,
  ).map(names => matched(wanted, tensors, names));
  return ways.reduce((best, way) => (way.matches.length > best.matches.length ? way : best));
}

function matched(wanted: readonly Wanted[], tensors: readonly TensorInfo[], names: ComparedNames): WeightMatching {
  const byName = new Map(names.stored.map((name, place) => [name, tensors[place]!]));
  const prefix = commonPrefix(new Set(names.wanted), new Set(byName.keys()));
  const used = new Set<TensorInfo>();
  const matches: WeightMatch[] = [];
  const missing: WeightMatching['missing'][number][] = [];
  for (const [place, { layer, name, parameter }] of wanted.entries()) {
    const tensor = byName.get(prefix + names.wanted[place]!);
    const wants = `[${parameter.shape.join(', ')}]`;
    if (!tensor) missing.push({ layer, parameter, why: `the checkpoint has no ${prefix}${name}` });
    else if (!sameShape(tensor.shape, parameter.shape))
      missing.push({ layer, parameter, why: `${tensor.name} has shape [${tensor.shape.join(', ')}], the definition ${wants}` });
    else {
      matches.push({ layer, parameter, tensor });
      used.add(tensor);
    }
  }
  return { matches, missing, unused: tensors.filter(tensor => !used.has(tensor)), prefix };
}
