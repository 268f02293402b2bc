import type { StartLaw, UnknownStart } from '../computation';

/** An initialiser as a source writes it: its name in any spelling, and the arguments that are numbers or words. */
export interface Initialiser {
  readonly name: string;
  readonly arguments: Readonly<Record<string, number | string>>;
}

/** How frameworks differ: Keras corrects the deviation of truncated laws for what is cut off, TensorFlow.js does not. */
export type Dialect = 'keras' | 'tensorflow.js' | 'flax';

/** Deviation of a standard normal law that is cut off at ±2. */
const TRUNCATED = 0.8796256610342398;

const product = (sides: readonly number[]): number => sides.reduce((total, side) => total * side, 1);

/** Inputs and outputs of a kernel [sizes…, inputs, outputs], as Keras counts them. */
export function kernelFans(shape: readonly number[]): { readonly inputs: number; readonly outputs: number } {
  if (shape.length < 2) return { inputs: shape[0] ?? 1, outputs: shape[0] ?? 1 };
  const field = product(shape.slice(0, -2));
  return { inputs: shape.at(-2)! * field, outputs: shape.at(-1)! * field };
}

/** A normal law that is drawn anew beyond two deviations; `deviation` is that of the law before it is cut. */
const truncated = (deviation: number, mean = 0): StartLaw => ({
  kind: 'normal',
  mean,
  deviation,
  within: [mean - 2 * deviation, mean + 2 * deviation],
});

/** `VarianceScaling(scale, mode, distribution)`. */
export function scaledLaw(
  scale: number,
  mode: string,
  distribution: string,
  shape: readonly number[],
  dialect: Dialect,
): StartLaw | UnknownStart {
  const { inputs, outputs } = kernelFans(shape);
  const fan = mode.endsWith('avg') || mode === 'fanAvg' ? (inputs + outputs) / 2 : /out$/i.test(mode) ? outputs : inputs;
  const deviation = Math.sqrt(scale / Math.max(1, fan));
  if (/untruncated/i.test(distribution)) return { kind: 'normal', mean: 0, deviation };
  if (/normal/i.test(distribution)) return truncated(dialect === 'tensorflow.js' ? deviation : deviation / TRUNCATED);
  const bound = Math.sqrt(3) * deviation;
  return { kind: 'uniform', low: -bound, high: bound };
}

/** An orthogonal matrix of all axes but the last by the last one. */
export function orthogonalLaw(shape: readonly number[], gain: number): StartLaw | UnknownStart {
  const rows = product(shape.slice(0, -1));
  return shape.length < 2 ? { kind: 'not known', why: 'an orthogonal matrix has two axes' } : { kind: 'orthogonal', gain, rows };
}

/** The families that scale by a kernel's fans. */
const SCALED: Readonly<Record<string, readonly [scale: number, mode: string]>> = {
  glorot: [1, 'fan_avg'],
  xavier: [1, 'fan_avg'],
  he: [2, 'fan_in'],
  lecun: [1, 'fan_in'],
};

/** How an initialiser starts a tensor of a shape, in Keras' conventions; with the reason where it is not followed. */
export function startLaw({ name, arguments: given }: Initialiser, shape: readonly number[], dialect: Dialect): StartLaw | UnknownStart {
  const word = name
    .replaceAll('_', '')
    .toLowerCase()
    .replace(/v2$/, '')
    .replace(/initializer$/, '');
  const numberIn = (key: string, otherwise: number): number => (typeof given[key] === 'number' ? given[key] : otherwise);
  const wordIn = (key: string, otherwise: string): string => (typeof given[key] === 'string' ? given[key] : otherwise);
  const scaled = /^(glorot|xavier|he|lecun)(uniform|normal)$/.exec(word);
  if (scaled) {
    const [scale, mode] = SCALED[scaled[1]!]!;
    return scaledLaw(scale, mode, scaled[2] === 'normal' ? 'truncated_normal' : 'uniform', shape, dialect);
  }
  switch (word) {
    case 'zeros':
    case 'zero':
      return { kind: 'constant', value: 0 };
    case 'ones':
    case 'one':
      return { kind: 'constant', value: 1 };
    case 'constant':
      return { kind: 'constant', value: numberIn('value', 0) };
    case 'uniform':
    case 'randomuniform': {
      return { kind: 'uniform', low: numberIn('minval', -0.05), high: numberIn('maxval', 0.05) };
    }
    case 'normal':
    case 'randomnormal':
      return { kind: 'normal', mean: numberIn('mean', 0), deviation: numberIn('stddev', 0.05) };
    case 'truncatednormal':
      return truncated(numberIn('stddev', 0.05), numberIn('mean', 0));
    case 'identity':
      return numberIn('gain', 1) === 1 && shape.length === 2 ? { kind: 'identity' } : notFollowed(name);
    case 'orthogonal':
      return orthogonalLaw(shape, numberIn('gain', 1));
    case 'variancescaling':
      return scaledLaw(
        numberIn('scale', 1),
        wordIn('mode', 'fan_in'),
        wordIn('distribution', dialect === 'tensorflow.js' ? 'normal' : 'truncated_normal'),
        shape,
        dialect,
      );
    default:
      return notFollowed(name);
  }
}

const notFollowed = (name: string): UnknownStart => ({ kind: 'not known', why: `how \`${name}\` starts it is not followed` });

/** The law of an LSTM's bias of four gates whose forget gate begins with ones. */
export function forgetting(law: StartLaw | UnknownStart, size: number): StartLaw | UnknownStart {
  if (law.kind !== 'constant') return { kind: 'not known', why: 'a bias with ones among numbers that are drawn is not followed' };
  const values = Array.from({ length: size }, (_, i) => (Math.floor((4 * i) / size) === 1 ? 1 : law.value));
  return { kind: 'numbers', values };
}

/** Initialisers that layers fall back to, by what the tensor is called; those of TensorFlow.js where they are others. */
export function usualInitialiser(tensor: string, className: string, dialect: Dialect): string {
  const own = tensor.split('/').at(-1)!;
  if (['gamma', 'scale', 'moving_variance', 'variance'].includes(own)) return 'ones';
  if (['bias', 'beta', 'moving_mean', 'mean', 'count', 'alpha'].includes(own)) return 'zeros';
  if (own === 'embeddings') return 'uniform';
  if (own === 'recurrent_kernel') return 'orthogonal';
  return dialect === 'tensorflow.js' && !/^Separable/.test(className) ? 'glorot_normal' : 'glorot_uniform';
}

/** The argument that says how a tensor of a layer starts: `kernel_initializer`. */
export function initialiserArgument(tensor: string, className: string): string {
  const own = tensor.split('/').at(-1)!;
  if (own === 'depthwise_kernel' || (own === 'kernel' && className.startsWith('Depthwise'))) return 'depthwise_initializer';
  return own === 'pointwise_kernel' ? 'pointwise_initializer' : `${own}_initializer`;
}
