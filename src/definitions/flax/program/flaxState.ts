import type { StartLaw, StateTensor, UnknownStart } from '../../../architecture/computation';
import { tensorKey } from '../../../architecture/composition';
import type { Key, Value } from '../../python/values';
import { KerasLayer, WeightValue } from '../../keras/kerasValues';
import { classNameOf, type KerasState } from '../../keras/program/kerasState';
import { keyName } from '../../python/keys';
import { lawOf, startOf } from './flaxStart';

type Mine = Map<string, { readonly name: string; readonly shape: readonly number[] }>;

/**
 * The state of a linen module as `init` makes it, collections first: `params/Dense_0/kernel`, and running statistics as
 * `batch_stats/BatchNorm_0/mean`. Tensors of modules that are repeated have an axis of the repetitions.
 */
export const flaxState = (model: KerasLayer): KerasState => stateOf(model, undefined);

/** The state of a module of nnx under the paths of `nnx.state(model, (nnx.Param, nnx.BatchStat))`: `blocks/0/attention/query/kernel`. */
export const nnxState = (model: KerasLayer): KerasState => stateOf(model, nnxPaths(model));

/** @param held where modules and parameters of nnx are held; collections come first where there is none */
function stateOf(model: KerasLayer, held: ReadonlyMap<Value, string> | undefined): KerasState {
  const tensors: StateTensor[] = [];
  const own = new Map<KerasLayer, Mine>();
  const named = new Map<WeightValue, string>();
  const paths = new Map<KerasLayer, string>();
  const join = (...parts: readonly string[]): string => parts.filter(part => part !== '').join('/');
  const within = new Map<KerasLayer | WeightValue, KerasLayer>();
  const visit = (layer: KerasLayer, path: string, outer?: KerasLayer): void => {
    paths.set(layer, path);
    const root = layer.repeats ? layer : outer;
    if (layer.repeats && (outer || !layer.repeats.count.known)) return;
    if (root) within.set(layer, root);
    const mine: Mine = new Map();
    own.set(layer, mine);
    const line = layer.construction.range.startLine;
    const scope = held ? (held.get(layer) ?? path) : path;
    const add = (
      collection: string,
      own_: string,
      single: readonly number[],
      law: StartLaw | UnknownStart,
      name = held ? join(scope, own_) : join(collection, scope, own_),
    ): string => {
      const role = collection === 'params' ? 'trained' : 'buffer';
      const shape = stacked(root, single);
      const start = root ? startOfAll(root, law) : law;
      tensors.push({ name, shape, start, role, line, key: tensorKey(path, own_) });
      return name;
    };
    const addOwn = (collection: string, name: string, shape: readonly number[]): unknown =>
      mine.set(name, { name: add(collection, name, shape, startOf(layer, name, shape)), shape: stacked(root, shape) });
    if (layer.weights.known) for (const { name, shape } of layer.weights.value) addOwn('params', name, shape);
    const width = classNameOf(layer) === 'BatchNorm' ? widthOf(layer, held !== undefined) : undefined;
    if (typeof width === 'number' && !root) for (const name of ['mean', 'var']) addOwn('batch_stats', name, [width]);
    const variables = held ? layer.variables : layer.added;
    for (const weight of variables) {
      const { shape, beginning } = weight;
      const sides = shape.known ? shape.value.filter(side => side !== null) : [];
      if (shape.known && sides.length === shape.value.length && !named.has(weight))
        named.set(weight, add('params', weight.name, sides, lawOf(beginning?.initialiser, sides), held?.get(weight)));
      if (root) within.set(weight, root);
    }
    for (const inner of layer.inner()) if (!paths.has(inner)) visit(inner, join(path, inner.name ?? 'layer'), root);
  };
  visit(model, '');
  return { tensors, of: (layer, name) => own.get(layer)?.get(name), named, within, paths };
}

/** A shape with the axis of the repetitions. */
function stacked(root: KerasLayer | undefined, shape: readonly number[]): readonly number[] {
  const { count, axis } = root?.repeats ?? {};
  if (!count?.known || axis === undefined) return shape;
  return shape.toSpliced(axis < 0 ? shape.length + 1 + axis : axis, 0, count.value);
}

/** How the tensors of all repetitions begin: entry by entry as one does. */
function startOfAll({ repeats }: KerasLayer, law: StartLaw | UnknownStart): StartLaw | UnknownStart {
  if (law.kind === 'constant' || law.kind === 'not known') return law;
  if (!repeats?.isSplit) return { kind: 'not known', why: 'all repetitions begin alike, which is not followed' };
  return law.kind === 'uniform' || law.kind === 'normal'
    ? law
    : { kind: 'not known', why: 'matrices of several repetitions that begin as orthogonal ones are not followed' };
}

function widthOf({ input, attributes }: KerasLayer, isTold: boolean): number | null | undefined {
  if (!isTold) return input?.known ? input.value.at(-1) : undefined;
  const told = attributes.get('num_features');
  return told?.kind === 'integer' ? told.value : undefined;
}

/** Where each module and parameter of nnx is held; what several attributes hold is found at the first of them in the order of their names. */
function nnxPaths(model: KerasLayer): ReadonlyMap<Value, string> {
  const paths = new Map<Value, string>();
  const visit = (value: Value, path: string): void => {
    const isPart = value instanceof KerasLayer || value instanceof WeightValue;
    if (isPart && paths.has(value)) return;
    if (isPart) paths.set(value, path);
    const at = (name: string): string => (path === '' ? name : `${path}/${name}`);
    if (value instanceof KerasLayer) for (const [name, held] of sorted(value.attributes)) visit(held, at(keyName(name)));
    else if (value.kind === 'sequence') value.items.forEach((item, place) => visit(item, at(String(place))));
    else if (value.kind === 'dictionary') for (const [key, held] of sorted(value.entries)) visit(held, at(keyName(key)));
  };
  visit(model, '');
  return paths;
}

const sorted = (entries: ReadonlyMap<Key, Value>): (readonly [Key, Value])[] =>
  [...entries].sort(([left], [right]) => (keyName(left) < keyName(right) ? -1 : 1));
