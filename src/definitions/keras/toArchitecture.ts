import { known, unknown, type Architecture, type Known, type Layer, type SourceRange, type Unknown } from '../../architecture/architecture';
import { parameterCount } from '../../architecture/counts';
import { tensorsOf, type KerasWeight } from '../../architecture/keras/kerasRule';
import { findMember } from '../python/classes';
import type { Value } from '../python/values';
import { flaxSteps } from '../flax/flaxSteps';
import { composed } from './compose';
import { KerasLayer, NOT_CALLED, tensorsBetween, WeightValue, type Repetition } from './kerasValues';

/** The architecture of a model that was evaluated; layers that are shared are listed where they are met first. */
export function toArchitecture(name: string, range: SourceRange, model: KerasLayer, framework: 'keras' | 'flax' = 'keras'): Architecture {
  const seen = new Set<KerasLayer | WeightValue>([model]);
  const own = layerOf(model, '', seen);
  const hasOwn = !own.parameters.known || own.parameters.value.length > 0 || own.frozen !== undefined || model.body.kind === 'rule';
  const layers = [...(hasOwn ? [{ ...own, children: [] }] : []), ...own.children];
  const architecture = { framework, name, range, layers, parameterCount: doubtOf(model) ?? parameterCount(layers) };
  return composed(architecture, model, framework === 'flax' ? flaxSteps : undefined);
}

/** Why a layer may hold more than is known of it. */
function doubtOf(layer: KerasLayer): Unknown | undefined {
  const [doubt] = layer.doubts;
  if (doubt) return doubt;
  if (layer.body.kind === 'functional') {
    const { inputs, outputs } = layer.body;
    const found = [...inputs, ...tensorsBetween(inputs, outputs)].find(({ history }) => history?.doubt);
    if (found) return found.history?.doubt;
  }
  return layer.body.kind === 'own' && layer.classValue
    ? [...layer.attributes.values()].map(value => openPart(value)).find(Boolean)
    : undefined;
}

/** Why a value may hold layers that are not known. */
function openPart(value: Value, depth = 0): Unknown | undefined {
  if (depth > 8) return undefined;
  if (value.kind === 'undecided') return value.plain ? undefined : value.reason;
  if (value.kind === 'sequence') return value.doubt ?? value.items.map(item => openPart(item, depth + 1)).find(Boolean);
  if (value.kind === 'dictionary') return value.doubt ?? [...value.entries.values()].map(item => openPart(item, depth + 1)).find(Boolean);
  return undefined;
}

function layerOf(layer: KerasLayer, prefix: string, seen: Set<KerasLayer | WeightValue>, outer: readonly Repetition[] = []): Layer {
  const path = prefix;
  const repeats = layer.repeats ? [layer.repeats, ...outer] : outer;
  const { type, kind, range } = layer.construction;
  const weights = repeated(weightsOf(layer, seen), repeats);
  const doubt = doubtOf(layer);
  const children = layer.inner().flatMap(inner => {
    if (seen.has(inner)) return [];
    seen.add(inner);
    const name = inner.name ?? 'layer';
    return [layerOf(inner, path === '' ? name : `${path}/${name}`, seen, repeats)];
  });
  const common = { path, type, kind, arguments: layer.arguments, children, range };
  const open = doubt ?? (weights.known ? undefined : weights);
  if (open) return { ...common, parameters: open };
  return { ...common, ...tensorsOf(weights.known ? weights.value : []) };
}

/** Weights with the axes of the repetitions, the innermost first; a stack of matrices has no spectral norm of its own. */
function repeated(weights: Known<readonly KerasWeight[]>, repeats: readonly Repetition[]): Known<readonly KerasWeight[]> {
  let all = weights;
  for (const { count, axis } of repeats) {
    if (!all.known || all.value.length === 0) return all;
    if (!count.known) return count;
    const stacked = (shape: readonly number[]) => shape.toSpliced(axis < 0 ? shape.length + 1 + axis : axis, 0, count.value);
    all = known(
      all.value.map(({ name, shape, trainable }) => ({ name, shape: stacked(shape), ...(trainable === false && { trainable }) })),
    );
  }
  return all;
}

/** Whether its class makes weights when it is first called. */
function hasOwnBuild({ classValue }: KerasLayer): boolean {
  const found = classValue && findMember(classValue, 'build');
  return found !== undefined && 'member' in found;
}

/** A layer's own weights: the rule's, those that its code adds, and variables that are its attributes. */
function weightsOf(layer: KerasLayer, seen: Set<KerasLayer | WeightValue>): Known<readonly KerasWeight[]> {
  if (!layer.weights.known) return layer.weights;
  if (layer.body.kind === 'rule' && hasOwnBuild(layer))
    return unknown('a `build` of its own over a layer of the framework is not followed', layer.construction.range.startLine);
  if (layer.body.kind === 'own' && !layer.body.isBuilt && hasOwnBuild(layer))
    return unknown(NOT_CALLED, layer.construction.range.startLine);
  const variables = layer.body.kind === 'own' || layer.classValue ? layer.variables : [];
  const weights: KerasWeight[] = [...layer.weights.value];
  for (const variable of new Set([...layer.added, ...variables])) {
    if (seen.has(variable)) continue;
    seen.add(variable);
    const { shape, name, trainable } = variable;
    if (!shape.known) return shape;
    if (!trainable.known) return trainable;
    const sides = shape.value.filter(side => side !== null);
    if (sides.length < shape.value.length) return unknown('a side of this weight is not fixed', variable.range.startLine);
    weights.push(trainable.value ? { name, shape: sides } : { name, shape: sides, trainable: false });
  }
  if (!layer.trainable.known) return weights.length === 0 ? known(weights) : layer.trainable;
  return known(layer.trainable.value ? weights : weights.map(weight => ({ ...weight, trainable: false as const })));
}
