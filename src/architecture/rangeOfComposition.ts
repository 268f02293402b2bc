import type { CompositionNode } from './composition';
import type { WeightNorms } from './compositionWeights';
import { logProduct, logRootOfSquares, logSum } from './logarithms';

/**
 * Size of a tensor of one sample: natural logarithms of its Euclidean norm, its largest row norm and its largest absolute entry. −∞ stands for 0,
 * ∞ where no bound is known. Also the size of a difference, per unit of what causes it.
 */
export interface Size {
  readonly euclidean: number;
  readonly rows: number;
  readonly entry: number;
}

export const ZERO: Size = { euclidean: -Infinity, rows: -Infinity, entry: -Infinity };
export const UNIT: Size = { euclidean: 0, rows: 0, entry: 0 };
export const UNBOUNDED: Size = { euclidean: Infinity, rows: Infinity, entry: Infinity };

/** The logarithm of a size after it is multiplied by `factor`, a plain number; 0 times anything is 0. */
export const stretched = (log: number, factor: number): number => logProduct(log, Math.log(factor));

/** The three norms of one tensor bound each other: entry ≤ row ≤ Euclidean ≤ √rows · row. */
export function settled(size: Size, node: Pick<CompositionNode, 'rows' | 'shape'>): Size {
  const euclidean = Math.min(size.euclidean, node.rows === null ? Infinity : stretched(size.rows, Math.sqrt(node.rows)));
  const rows = Math.min(size.rows, euclidean);
  return { euclidean, rows, entry: Math.min(size.entry, rows) };
}

/** Number of values of one sample; Infinity where it is not known. */
export function valuesOf({ shape }: Pick<CompositionNode, 'shape'>): number {
  if (!shape) return Infinity;
  return shape.reduce<number>((product, side) => {
    if (typeof side === 'number') return product * side;
    return side === 'B' ? product : Infinity;
  }, 1);
}

const widthOf = (node: CompositionNode): number => (node.rows ? valuesOf(node) / node.rows : Infinity);

/** The size of a tensor whose entries are at most `entry`, a plain number. */
const ofEntries = (entry: number, node: CompositionNode): Size => ({
  euclidean: stretched(Math.log(entry), Math.sqrt(valuesOf(node))),
  rows: stretched(Math.log(entry), Math.sqrt(widthOf(node))),
  entry: Math.log(entry),
});

/** The size of a sum. */
export const plus = (left: Size, right: Size): Size => ({
  euclidean: logSum(left.euclidean, right.euclidean),
  rows: logSum(left.rows, right.rows),
  entry: logSum(left.entry, right.entry),
});

/** The smaller bound, norm by norm. */
const least = (left: Size, right: Size): Size => ({
  euclidean: Math.min(left.euclidean, right.euclidean),
  rows: Math.min(left.rows, right.rows),
  entry: Math.min(left.entry, right.entry),
});

/** The size of what a step makes from the sizes of what it is given (F2, F4 and F5 of docs/theory.md). */
export function rangeOf(node: CompositionNode, inputs: readonly Size[], norms: WeightNorms, inputSize: Size): Size {
  return settled(rangeRule(node, inputs, norms, inputSize), node);
}

function rangeRule(node: CompositionNode, inputs: readonly Size[], norms: WeightNorms, inputSize: Size): Size {
  const [first = ZERO] = inputs;
  switch (node.kind) {
    case 'input':
      return inputSize;
    case 'constant':
      return node.entry === null ? UNBOUNDED : ofEntries(node.entry, node);
    case 'parameter': {
      const length = Math.log(norms.length(node.path, '') ?? Infinity);
      return { euclidean: length, rows: length, entry: length };
    }
    case 'lookup': {
      const norm = Math.log(norms.spectral(node.path, node.tensor) ?? Infinity);
      return { euclidean: Infinity, rows: norm, entry: norm };
    }
    case 'layer': {
      const norm = norms.spectral(node.path, node.tensor) ?? Infinity;
      const bias = Math.log(norms.length(node.path, 'bias') ?? 0);
      const gain = node.gain;
      return {
        euclidean: logSum(grown(first.euclidean, gain.euclidean, norm), stretched(bias, Math.sqrt(node.rows ?? Infinity))),
        rows: logSum(grown(first.rows, gain.rows, norm), bias),
        entry: Infinity,
      };
    }
    case 'normalisation': {
      const gain = node.path === null ? 1 : (norms.largest(node.path, node.gain ?? 'weight') ?? Infinity);
      const shift = Math.log(node.path === null ? 0 : (norms.length(node.path, node.shift ?? 'bias') ?? Infinity));
      if (node.over === 'batch') {
        const factor = gain * batchFactor(node.path, node.epsilon, norms);
        const moved = {
          euclidean: stretched(first.euclidean, factor),
          rows: stretched(first.rows, factor),
          entry: stretched(first.entry, factor),
        };
        return plus(moved, { euclidean: stretched(shift, Math.sqrt(node.rows ?? Infinity)), rows: shift, entry: shift });
      }
      const row = node.over === 'rows' && node.size !== null ? logSum(Math.log(gain * Math.sqrt(node.size)), shift) : Infinity;
      const whole = logSum(stretched(Math.log(gain), Math.sqrt(valuesOf(node))), stretched(shift, Math.sqrt(node.rows ?? Infinity)));
      return { euclidean: whole, rows: row, entry: row };
    }
    case 'attention': {
      // Weights of attention are convex: rows of the result lie among the values'.
      const values = inputs[2] ?? UNBOUNDED;
      return { euclidean: Infinity, rows: values.rows, entry: values.entry };
    }
    case 'sum':
      return inputs.reduce(plus, ZERO);
    case 'concatenation':
      return joined(inputs, node.along === 'features');
    case 'product':
      return productRange(inputs, node.of);
    case 'unknown':
      return UNBOUNDED;
    default: {
      const { gain, offset = 0, entry = Infinity } = node;
      const moved = {
        euclidean: grown(first.euclidean, gain.euclidean),
        rows: grown(first.rows, gain.rows),
        entry:
          node.kind === 'activation' || node.kind === 'scale'
            ? grown(first.entry, gain.euclidean)
            : keepsEntries(node.kind)
              ? first.entry
              : Infinity,
      };
      const shifted = offset === 0 ? moved : plus(moved, ofEntries(offset, node));
      return entry === Infinity ? shifted : least(shifted, ofEntries(entry, node));
    }
  }
}

/** Moving, choosing or repeating entries makes none larger; the same holds for means and maxima, not for sums. */
const keepsEntries = (kind: CompositionNode['kind']): boolean =>
  ['reshape', 'selection', 'gather', 'masking', 'padding', 'dropout'].includes(kind);

/** The logarithm of size · gain · norm, without a bound where the gain is not known. */
export const grown = (log: number, gain: number | null, norm = 1): number => stretched(stretched(log, gain ?? Infinity), norm);

/** How much dividing by the running deviation stretches: 1/√(variance + ε), at initialisation with variance 1. */
export const batchFactor = (path: string | null, epsilon: number, norms: WeightNorms): number =>
  1 / Math.sqrt((norms.leastVariance(path) ?? 0) + epsilon);

/** Results put side by side. */
export function joined(inputs: readonly Size[], alongFeatures: boolean): Size {
  const root = (pick: (size: Size) => number) => logRootOfSquares(inputs.map(pick));
  const largest = (pick: (size: Size) => number) => Math.max(-Infinity, ...inputs.map(pick));
  return {
    euclidean: root(size => size.euclidean),
    rows: alongFeatures ? root(size => size.rows) : largest(size => size.rows),
    entry: largest(size => size.entry),
  };
}

function productRange([left = UNBOUNDED, right = UNBOUNDED]: readonly Size[], of: 'entries' | 'matrices'): Size {
  if (of === 'matrices') {
    const euclidean = logProduct(left.euclidean, right.euclidean);
    return { euclidean, rows: euclidean, entry: euclidean };
  }
  const either = (one: number, other: number) => Math.min(logProduct(one, right.entry), logProduct(other, left.entry));
  return {
    euclidean: either(left.euclidean, right.euclidean),
    rows: either(left.rows, right.rows),
    entry: logProduct(left.entry, right.entry),
  };
}
