import { binaryKlUpperInverse } from '../binaryKl';
import { unitRows, type Matrix } from '../matrix';
import { normalCdf, normalDensity } from '../normalDistribution';
import { classScores, type ClassHeads } from './classScores';

/** Labelled points as the randomised classifier N(M, I) sees them: rows of norm 1 and their classes. */
export interface ClassDirections {
  readonly points: Matrix;
  readonly classOf: ArrayLike<number>;
}

/** Rows scaled to norm 1; a zero row stays zero (then every class is as likely as the others). */
export const classDirections = (features: Matrix, classOf: ArrayLike<number>): ClassDirections => ({ points: unitRows(features), classOf });

/** A posterior N(M, I) on the heads of all classes with what it costs; its fields are those of the binary `CertifiedPosterior`. */
export interface CertifiedClassifier {
  readonly mean: ClassHeads;
  readonly empirical: number;
  readonly divergence: number;
  readonly bound: number;
}

/** A prior N(centre, I) and what confidence in it costs, in nats. */
export interface ClassPrior {
  readonly centre: ClassHeads;
  readonly confidence: number;
}

/** Where the integrand lies around the own score. */
const REACH = 8;
/** Nodes of the trapezoidal rule: it errs by less than 10⁻¹² for such smooth integrands. */
const NODES = 97;
/** Enough for comparing posteriors (errors below 10⁻⁴); what is certified is computed with all nodes. */
const SEARCH_NODES = 25;

/**
 * The chance that the randomised classifier errs at one point, and its derivatives in the scores: on a row of norm 1 the scores of N(M, I) are independent
 * N(s_k, 1), so it is right with chance ∫ φ(t − s_y) Π_{k≠y} Φ(t − s_k) dt.
 */
export function errorChance(scores: ArrayLike<number>, own: number, slopes?: Float64Array, nodes = NODES): number {
  const classes = scores.length;
  const step = (2 * REACH) / (nodes - 1);
  let right = 0;
  slopes?.fill(0);
  for (let node = 0; node < nodes; node++) {
    const t = scores[own]! - REACH + node * step;
    let weight = step * normalDensity(t - scores[own]!);
    for (let k = 0; k < classes; k++) if (k !== own) weight *= normalCdf(t - scores[k]!);
    right += weight;
    if (!slopes || weight === 0) continue;
    for (let k = 0; k < classes; k++)
      if (k !== own) {
        const slope = (weight * normalDensity(t - scores[k]!)) / normalCdf(t - scores[k]!);
        slopes[k]! += slope;
        slopes[own]! -= slope;
      }
  }
  return Math.min(1, Math.max(0, 1 - right));
}

const rowOf = ({ columns, values }: Matrix, row: number) => values.subarray(row * columns, (row + 1) * columns);

/** Mean chance of an error of N(mean, I) over the points. */
export function gibbsError({ points, classOf }: ClassDirections, mean: ClassHeads, nodes = NODES): number {
  const scores = classScores(points, mean);
  let sum = 0;
  for (let i = 0; i < points.rows; i++) sum += errorChance(rowOf(scores, i), classOf[i]!, undefined, nodes);
  return sum / points.rows;
}

/** The PAC-Bayes-kl bound on the risk of N(mean, I). */
export function certifyClassifier(directions: ClassDirections, prior: ClassPrior, mean: ClassHeads, nodes = NODES): CertifiedClassifier {
  const empirical = gibbsError(directions, mean, nodes);
  const divergence = mean.values.reduce((sum, value, j) => sum + (value - prior.centre.values[j]!) ** 2, 0) / 2;
  const bound = binaryKlUpperInverse(empirical, (divergence + prior.confidence) / directions.points.rows);
  return { mean, empirical, divergence, bound };
}

const LENGTHS = Array.from({ length: 12 }, (_, i) => 640 ** (i / 11));
const DESCENT_STEPS = 40;

/**
 * The posterior with the least bound that was found: lengths along each direction (and the prior itself), then descent on the bound. PAC-Bayes bounds hold
 * for all posteriors at once, so looking at many costs nothing.
 */
export function tightestClassifier(directions: ClassDirections, prior: ClassPrior, along: readonly ClassHeads[]): CertifiedClassifier {
  const scaled = ({ classes, values }: ClassHeads, length: number): ClassHeads => ({
    classes,
    values: values.map(value => length * value),
  });
  const candidates = [prior.centre, ...along.flatMap(direction => LENGTHS.map(length => scaled(direction, length)))];
  const first = candidates
    .map(mean => certifyClassifier(directions, prior, mean, SEARCH_NODES))
    .reduce((best, one) => (one.bound < best.bound ? one : best));
  return certifyClassifier(directions, prior, descend(directions, prior, first).mean);
}

function descend(directions: ClassDirections, prior: ClassPrior, from: CertifiedClassifier): CertifiedClassifier {
  let current = from;
  let rate = 16;
  for (let step = 0; step < DESCENT_STEPS; step++) {
    const slope = boundGradient(directions, prior, current);
    let next: CertifiedClassifier | undefined;
    for (let attempt = 0; attempt < 20 && !next; attempt++) {
      const values = current.mean.values.map((value, j) => value - rate * slope[j]!);
      const tried = certifyClassifier(directions, prior, { classes: current.mean.classes, values }, SEARCH_NODES);
      if (tried.bound < current.bound) next = tried;
      else rate /= 2;
    }
    if (!next || current.bound - next.bound < 1e-6) return next ?? current;
    current = next;
    rate *= 1.5;
  }
  return current;
}

/** Gradient of the bound in the posterior's mean, by implicit differentiation of kl(empirical ‖ bound) = (divergence + confidence)/n. */
function boundGradient(
  { points, classOf }: ClassDirections,
  prior: ClassPrior,
  { mean, empirical, bound }: CertifiedClassifier,
): Float64Array {
  const { rows, columns, values } = points;
  const q = Math.max(empirical, 1e-12);
  const inQ = Math.log(q / bound) - Math.log((1 - q) / (1 - bound));
  const inP = (bound - q) / (bound * (1 - bound));
  const gradient = mean.values.map((value, j) => (value - prior.centre.values[j]!) / rows / inP);
  const scores = classScores(points, mean);
  const slopes = new Float64Array(mean.classes);
  for (let i = 0; i < rows; i++) {
    errorChance(rowOf(scores, i), classOf[i]!, slopes, SEARCH_NODES);
    for (let k = 0; k < mean.classes; k++) {
      const weight = ((-inQ / inP) * slopes[k]!) / rows;
      for (let j = 0; j < columns; j++) gradient[k * columns + j]! += weight * values[i * columns + j]!;
    }
  }
  return gradient;
}
