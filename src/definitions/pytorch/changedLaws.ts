import type { StartLaw } from '../../architecture/computation';
import { errorFunction } from '../../theory/normalDistribution';

const between = (one: number, other: number): [low: number, high: number] => [Math.min(one, other), Math.max(one, other)];

/** How entries start that a law draws, each times a number; undefined for a law that is no longer one then. */
export function scaledLaw(start: StartLaw, factor: number): StartLaw | undefined {
  switch (start.kind) {
    case 'constant':
      return { kind: 'constant', value: factor * start.value };
    case 'uniform': {
      const [low, high] = between(factor * start.low, factor * start.high);
      return { kind: 'uniform', low, high };
    }
    case 'normal': {
      const scaled: StartLaw = { kind: 'normal', mean: factor * start.mean, deviation: Math.abs(factor) * start.deviation };
      return start.within && factor !== 0 ? { ...scaled, within: between(factor * start.within[0], factor * start.within[1]) } : scaled;
    }
    case 'numbers':
      return { kind: 'numbers', values: start.values.map(value => factor * value) };
    case 'orthogonal':
      return { ...start, gain: factor * start.gain };
    case 'identity':
      return undefined;
  }
}

/** The same of entries plus a number. */
function shiftedLaw(start: StartLaw, by: number): StartLaw | undefined {
  switch (start.kind) {
    case 'constant':
      return { kind: 'constant', value: start.value + by };
    case 'uniform':
      return { kind: 'uniform', low: start.low + by, high: start.high + by };
    case 'normal':
      return { ...start, mean: start.mean + by, ...(start.within && { within: [start.within[0] + by, start.within[1] + by] as const }) };
    case 'numbers':
      return { kind: 'numbers', values: start.values.map(value => value + by) };
    default:
      return undefined;
  }
}

/** Deviations beyond which nothing is drawn that counts. */
const FAR = 5;

/** The same of entries that a clamp keeps between two numbers: a law whose draws hardly ever leave them, or that ends there. */
function clampedLaw(start: StartLaw, low: number, high: number): StartLaw | undefined {
  const clamp = (value: number): number => Math.min(high, Math.max(low, value));
  switch (start.kind) {
    case 'constant':
      return { kind: 'constant', value: clamp(start.value) };
    case 'numbers':
      return { kind: 'numbers', values: start.values.map(clamp) };
    case 'uniform':
      return start.low >= low && start.high <= high ? start : undefined;
    case 'normal': {
      const { mean, deviation, within = [-Infinity, Infinity] } = start;
      const slack = 1e-3 * deviation;
      const isWhole =
        Math.max(within[0] + slack, mean - FAR * deviation) >= low && Math.min(within[1] - slack, mean + FAR * deviation) <= high;
      return isWhole ? { ...start, within: [Math.max(low, within[0]), Math.min(high, within[1])] } : undefined;
    }
    default:
      return undefined;
  }
}

/** The z of which erf(z) is y, to about ten digits. */
function inverseErf(y: number): number {
  if (Math.abs(y) >= 1) return Math.sign(y) * Infinity;
  let [low, high] = [0, 6];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (errorFunction(middle) < Math.abs(y)) low = middle;
    else high = middle;
  }
  return Math.sign(y) * low;
}

/**
 * What a method that ends in `_` makes of entries that start by a law: arithmetic with a number, and the inverse error function of uniform draws, by which
 * truncated normal ones are often made. Undefined where no law is known.
 * @param number reads an argument by place or name
 */
export function changedLaw(
  start: StartLaw,
  name: string,
  number: (place: number, name: string, otherwise: number) => number | undefined,
): StartLaw | undefined {
  const other = number(0, 'other', NaN) ?? NaN;
  switch (name) {
    case 'mul_':
      return Number.isFinite(other) ? scaledLaw(start, other) : undefined;
    case 'div_':
      return Number.isFinite(other) && other !== 0 ? scaledLaw(start, 1 / other) : undefined;
    case 'add_':
    case 'sub_':
      return Number.isFinite(other) && number(1, 'alpha', 1) === 1 ? shiftedLaw(start, name === 'add_' ? other : -other) : undefined;
    case 'neg_':
      return scaledLaw(start, -1);
    case 'clamp_':
    case 'clip_': {
      const [low, high] = [number(0, 'min', -Infinity), number(1, 'max', Infinity)];
      return low === undefined || high === undefined ? undefined : clampedLaw(start, low, high);
    }
    case 'erfinv_':
      if (start.kind !== 'uniform') return undefined;
      return { kind: 'normal', mean: 0, deviation: Math.SQRT1_2, within: [inverseErf(start.low), inverseErf(start.high)] };
    default:
      return undefined;
  }
}
