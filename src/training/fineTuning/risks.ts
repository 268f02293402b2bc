import type { Random } from '../../common/random';
import { rampLoss } from '../../theory/rampLoss';
import type { Outputs } from './outputs';

/** A measured number with its 95 % bootstrap interval over the points. */
export interface Measured {
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
}

/** What a classifier's outputs on one set of points amount to, beside its accuracy. */
export interface Risks {
  /** Mean ramp loss min(1, max(0, 1 − margin/γ)), in [0, 1]. */
  readonly ramp: Measured;
  /** Quantiles of the margins at .05, .25, .5, .75 and .95. */
  readonly marginQuantiles: readonly number[];
  /** Expected calibration error: |confidence − accuracy| averaged over bins of equally many points (Naeini et al. 2015, equal-mass bins). */
  readonly calibrationError: Measured;
  /** Brier score: mean squared distance of the chances from the true class, in [0, 2]. */
  readonly brier: Measured;
}

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];
const BINS = 10;
const RESAMPLES = 200;

/** Measures the outputs of a classifier, `points × width` row-major, on points whose labels are known. */
export function measureRisks(
  outputs: Outputs,
  values: ArrayLike<number>,
  labels: ArrayLike<number>,
  margin: number,
  random: Random,
): Risks {
  const margins = outputs.margins(values, labels);
  const chances = outputs.chances(values);
  const { classes } = outputs;
  const confidences = new Float64Array(labels.length);
  const squares = new Float64Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const own = outputs.classIndex(labels[i]!);
    for (let k = 0; k < classes; k++) {
      const chance = chances[i * classes + k]!;
      confidences[i] = Math.max(confidences[i]!, chance);
      squares[i]! += (chance - (k === own ? 1 : 0)) ** 2;
    }
  }
  const ramps = margins.map(one => rampLoss(one, 1, margin));
  // Sorted once: resamples are counted, not sorted.
  const order = Array.from(confidences.keys()).sort((a, b) => confidences[a]! - confidences[b]!);
  const counts = Array.from({ length: RESAMPLES }, () => resample(labels.length, random));
  const everyPoint = new Int32Array(labels.length).fill(1);
  const measured = (statistic: (weights: Int32Array) => number): Measured => ({
    value: statistic(everyPoint),
    interval: middle(counts.map(statistic)),
  });
  return {
    ramp: measured(weights => weightedMean(ramps, weights)),
    marginQuantiles: quantiles(margins),
    calibrationError: measured(weights => calibrationError(order, confidences, margins, weights)),
    brier: measured(weights => weightedMean(squares, weights)),
  };
}

/** How often each point is drawn when as many are drawn with replacement. */
function resample(count: number, random: Random): Int32Array {
  const drawn = new Int32Array(count);
  for (let i = 0; i < count; i++) drawn[random.integer(count)]!++;
  return drawn;
}

const middle = (values: readonly number[]): readonly [number, number] => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return [at(0.025), at(0.975)];
};

function weightedMean(values: Float64Array, weights: Int32Array): number {
  let sum = 0;
  values.forEach((value, i) => (sum += value * weights[i]!));
  return sum / values.length;
}

function quantiles(values: Float64Array): readonly number[] {
  const sorted = Float64Array.from(values).sort();
  return QUANTILES.map(share => sorted[Math.round(share * (sorted.length - 1))]!);
}

function calibrationError(order: readonly number[], confidences: Float64Array, margins: Float64Array, weights: Int32Array): number {
  const total = order.length;
  const bins = Math.min(BINS, total);
  let error = 0;
  let seen = 0;
  let gap = 0;
  let closed = 0;
  for (const i of order) {
    seen += weights[i]!;
    gap += weights[i]! * (confidences[i]! - (margins[i]! > 0 ? 1 : 0));
    if (seen * bins >= (closed + 1) * total) {
      error += Math.abs(gap);
      gap = 0;
      closed = Math.floor((seen * bins) / total);
    }
  }
  return (error + Math.abs(gap)) / total;
}
