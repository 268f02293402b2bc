import type { StartLaw, UnknownStart } from '../../../architecture/computation';
import { orthogonalLaw, startLaw, type Initialiser } from '../../../architecture/keras/startLaws';
import { KerasTensor, type KerasLayer } from '../../keras/kerasValues';
import { classNameOf } from '../../keras/program/kerasState';
import { argument } from '../../keras/construct';
import type { Value } from '../../python/values';
import { drawnBy, initialiserOf } from '../initialisers';

/** What Flax starts a tensor from by what it is called, where the module is not told. */
const USUAL: Readonly<Record<string, string>> = { kernel: 'lecun_normal', bias: 'zeros', scale: 'ones', mean: 'zeros', var: 'ones' };

const product = (sides: readonly number[]): number => sides.reduce((total, side) => total * side, 1);

/** How a layer of Flax starts one of its tensors. */
export function startOf(layer: KerasLayer, name: string, shape: readonly number[]): StartLaw | UnknownStart {
  const bare = name.split('/').at(-1)!;
  const isRecurrent = bare === 'kernel' && /Cell$/.test(classNameOf(layer)) && /^(h|dense_h)/.test(name);
  const given = layer.initialisers.get(isRecurrent ? 'recurrent_kernel_init' : `${bare}_init`);
  if (bare === 'negative_slope') return { kind: 'constant', value: numberOf(given) ?? 0.01 };
  if (given && given.kind !== 'none') return lawOf(given, flattened(layer, name, shape));
  if (bare === 'embedding') return { kind: 'normal', mean: 0, deviation: 1 / Math.sqrt(shape.at(-1)!) };
  if (isRecurrent) return orthogonalLaw(shape, 1);
  const usual = Object.hasOwn(USUAL, bare) ? USUAL[bare] : undefined;
  if (usual === undefined) return { kind: 'not known', why: `how Flax starts \`${name}\` is not written down here` };
  return startLaw({ name: usual, arguments: {} }, flattened(layer, name, shape), 'flax');
}

/** Kernels with several axes of inputs or outputs begin as the matrix that they are. */
function flattened(layer: KerasLayer, name: string, shape: readonly number[]): readonly number[] {
  const className = classNameOf(layer);
  if (!name.endsWith('kernel') || !/Attention$|General$/.test(className)) return shape;
  const inputs = className.endsWith('General') ? shape.length - featureAxes(layer) : name.startsWith('out/') ? shape.length - 1 : 1;
  return [product(shape.slice(0, inputs)), product(shape.slice(inputs))];
}

function featureAxes({ attributes }: KerasLayer): number {
  const features = attributes.get('features') ?? attributes.get('out_features');
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

/** The law of an initialiser of Flax or JAX, or of the array that a source starts a parameter from. */
export function lawOf(value: Value | undefined, shape: readonly number[]): StartLaw | UnknownStart {
  if (value instanceof KerasTensor) return arrayLaw(value, shape);
  const initialiser = value && initialiserOf(value);
  return initialiser ? initialLaw(initialiser, shape) : { kind: 'not known', why: 'its initialiser is not followed' };
}

function initialLaw({ name, arguments: given }: Initialiser, shape: readonly number[]): StartLaw | UnknownStart {
  const word = name.replace(/_init$/, '').replace(/^kaiming_/, 'he_');
  const number = (key: string, otherwise: number): number => (typeof given[key] === 'number' ? given[key] : otherwise);
  if (word === 'uniform') return { kind: 'uniform', low: number('low', 0), high: number('high', number('scale', DEVIATION)) };
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

const numberOf = (value: Value | undefined): number | undefined =>
  value?.kind === 'integer' || value?.kind === 'float' ? value.value : undefined;

/** Numbers that are drawn, all the same, or either of them times a number. */
function arrayLaw(array: KerasTensor, shape: readonly number[]): StartLaw | UnknownStart {
  const drawn = drawnBy(array);
  if (drawn) return initialLaw(drawn, shape);
  const { operands, call, function: name = '', operation } = array.history ?? {};
  const [left, right] = operands ?? [];
  const [one, other] = [numberOf(left), numberOf(right)];
  const word = name === '' ? operation : name;
  if (word === '*' && (one ?? other) !== undefined) return times(lawOf(one === undefined ? left : right, shape), (one ?? other)!);
  if (word === '/' && other !== undefined) return times(lawOf(left, shape), 1 / other);
  const same = word === 'zeros' ? 0 : word === 'ones' ? 1 : word === 'full' && call ? numberOf(argument(call, 1, 'fill_value')) : undefined;
  return same === undefined
    ? { kind: 'not known', why: 'the source does not say what it starts from in a form that is followed' }
    : { kind: 'constant', value: same };
}

function times(law: StartLaw | UnknownStart, factor: number): StartLaw | UnknownStart {
  if (law.kind === 'constant') return { ...law, value: law.value * factor };
  if (law.kind === 'orthogonal') return { ...law, gain: law.gain * factor };
  if (law.kind === 'uniform') return { ...law, low: law.low * factor, high: law.high * factor };
  if (law.kind !== 'normal') return law;
  const { within } = law;
  const scaled = { ...law, mean: law.mean * factor, deviation: law.deviation * Math.abs(factor) };
  return within ? { ...scaled, within: [within[0] * factor, within[1] * factor] } : scaled;
}
