import type { StartLaw, StateTensor, UnknownStart } from '../../../architecture/computation';
import { tensorKey } from '../../../architecture/composition';
import { orthogonalLaw, startLaw } from '../../../architecture/keras/startLaws';
import type { Value } from '../../python/values';
import type { KerasLayer, WeightValue } from '../../keras/kerasValues';
import { classNameOf, type KerasState } from '../../keras/program/kerasState';
import { initialiserOf } from '../initialisers';

/** What Flax starts a tensor from by what it is called, where the module is not told. */
const USUAL: Readonly<Record<string, string>> = { kernel: 'lecun_normal', bias: 'zeros', scale: 'ones', mean: 'zeros', var: 'ones' };

const product = (sides: readonly number[]): number => sides.reduce((total, side) => total * side, 1);

/**
 * The state of a linen module as `init` makes it, collections first: `params/Dense_0/kernel`, and running statistics as
 * `batch_stats/BatchNorm_0/mean`. Modules that are repeated with tensors of their own are left out.
 */
export function flaxState(model: KerasLayer): KerasState {
  const tensors: StateTensor[] = [];
  const own = new Map<KerasLayer, Map<string, { readonly name: string; readonly shape: readonly number[] }>>();
  const named = new Map<WeightValue, string>();
  const paths = new Map<KerasLayer, string>();
  const visit = (layer: KerasLayer, path: string): void => {
    paths.set(layer, path);
    if (layer.repeats) return;
    const mine = new Map<string, { readonly name: string; readonly shape: readonly number[] }>();
    own.set(layer, mine);
    const line = layer.construction.range.startLine;
    const add = (collection: string, own_: string, shape: readonly number[], start: StartLaw | UnknownStart): string => {
      const name = [collection, path, own_].filter(part => part !== '').join('/');
      const role = collection === 'params' ? 'trained' : 'buffer';
      tensors.push({ name, shape, start, role, line, key: tensorKey(path, own_) });
      return name;
    };
    if (layer.weights.known)
      for (const { name, shape } of layer.weights.value)
        mine.set(name, { name: add('params', name, shape, startOf(layer, name, shape)), shape });
    const width = layer.input?.known ? layer.input.value.at(-1) : undefined;
    if (classNameOf(layer) === 'BatchNorm' && typeof width === 'number')
      for (const name of ['mean', 'var'])
        mine.set(name, { name: add('batch_stats', name, [width], startOf(layer, name, [width])), shape: [width] });
    for (const weight of layer.added) {
      const { shape, beginning } = weight;
      const sides = shape.known ? shape.value.filter(side => side !== null) : [];
      if (shape.known && sides.length === shape.value.length)
        named.set(weight, add('params', weight.name, sides, lawOf(beginning?.initialiser, sides)));
    }
    for (const inner of layer.inner()) if (!paths.has(inner)) visit(inner, [path, inner.name ?? 'layer'].filter(Boolean).join('/'));
  };
  visit(model, '');
  return { tensors, of: (layer, name) => own.get(layer)?.get(name), named, paths };
}

function startOf(layer: KerasLayer, name: string, shape: readonly number[]): StartLaw | UnknownStart {
  const bare = name.split('/').at(-1)!;
  const given = layer.initialisers.get(`${bare}_init`);
  if (given && given.kind !== 'none') return lawOf(given, flattened(layer, name, shape));
  if (bare === 'embedding') return { kind: 'normal', mean: 0, deviation: 1 / Math.sqrt(shape.at(-1)!) };
  const usual = Object.hasOwn(USUAL, bare) ? USUAL[bare] : undefined;
  if (usual === undefined) return { kind: 'not known', why: `how Flax starts \`${name}\` is not written down here` };
  return startLaw({ name: usual, arguments: {} }, flattened(layer, name, shape), 'flax');
}

/** Kernels with several axes of inputs or outputs begin as the matrix that they are. */
function flattened(layer: KerasLayer, name: string, shape: readonly number[]): readonly number[] {
  const className = classNameOf(layer);
  if (!name.endsWith('kernel') || !/Attention$|^DenseGeneral$/.test(className)) return shape;
  const inputs = className === 'DenseGeneral' ? shape.length - featureAxes(layer) : name.startsWith('out/') ? shape.length - 1 : 1;
  return [product(shape.slice(0, inputs)), product(shape.slice(inputs))];
}

function featureAxes({ attributes }: KerasLayer): number {
  const features = attributes.get('features');
  return features?.kind === 'sequence' ? features.items.length : 1;
}

/** Deviations of `jax.nn.initializers` where they are not said. */
const DEVIATION = 0.01;

/** `orthogonal(scale, column_axis)`: columns along the last axis, or along the first. */
function orthogonalAlong(shape: readonly number[], gain: number, axis: number): StartLaw | UnknownStart {
  if (axis === 0 && shape.length > 1) return { kind: 'orthogonal', gain, rows: shape[0]! };
  if (axis === -1 || axis === shape.length - 1) return orthogonalLaw(shape, gain);
  return { kind: 'not known', why: `columns along axis ${axis} of an orthogonal matrix are not followed` };
}

/** The law of an initialiser of Flax or JAX. */
function lawOf(value: Value | undefined, shape: readonly number[]): StartLaw | UnknownStart {
  const initialiser = value && initialiserOf(value);
  if (!initialiser) return { kind: 'not known', why: 'its initialiser is not followed' };
  const { name, arguments: given } = initialiser;
  const word = name.replace(/_init$/, '').replace(/^kaiming_/, 'he_');
  const number = (key: string, otherwise: number): number => (typeof given[key] === 'number' ? given[key] : otherwise);
  if (word === 'uniform') return { kind: 'uniform', low: 0, high: number('scale', DEVIATION) };
  if (word === 'normal') return { kind: 'normal', mean: 0, deviation: number('stddev', DEVIATION) };
  if (word === 'orthogonal') return orthogonalAlong(shape, number('scale', 1), number('column_axis', -1));
  if (word === 'truncated_normal') {
    const [deviation, low, high] = [number('stddev', DEVIATION), number('lower', -2), number('upper', 2)];
    return { kind: 'normal', mean: 0, deviation, within: [low * deviation, high * deviation] };
  }
  const distribution = given.distribution === 'normal' ? 'untruncated_normal' : given.distribution;
  return startLaw(
    { name: word, arguments: { ...given, ...(distribution !== undefined && { distribution }) } },
    shape.length < 2 ? [1, ...shape] : shape,
    'flax',
  );
}
