import { binaryKlUpperInverse } from './binaryKl';
import { unitRows, type Matrix } from './matrix';
import { normalDensity, normalUpperTail } from './normalDistribution';
import { headOutputs } from './rampLoss';

/** Labelled points as the randomised head N(mean, I) sees them: every row scaled to norm 1 and multiplied by its label. */
export interface SignedDirections {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** yᵢhᵢ/‖hᵢ‖, row by row; a zero row stays zero (the randomised head errs on it half the time). */
export function signedDirections(features: Matrix, labels: ArrayLike<number>): SignedDirections {
  const { rows, columns, values } = unitRows(features);
  return { rows, columns, values: values.map((value, at) => value * labels[Math.floor(at / columns)]!) };
}

/** Risk of the randomised head N(mean, I) on these points: the mean of P(⟨v, yh/‖h‖⟩ < 0) = Φ̄(⟨mean, yh/‖h‖⟩). */
export function gibbsRisk(points: SignedDirections, mean: Float64Array): number {
  return headOutputs(points, mean).reduce((sum, margin) => sum + normalUpperTail(margin), 0) / points.rows;
}

/** A prior N(centre, I) and what the certificate pays for confidence in it, in nats: ln(2√n/δ) with δ the share of this prior. */
export interface GaussianPrior {
  readonly centre: Float64Array;
  readonly confidence: number;
}

/** A posterior N(mean, I) with what it costs. */
export interface CertifiedPosterior {
  readonly mean: Float64Array;
  /** Risk of the randomised head on the sample. */
  readonly empirical: number;
  /** KL(posterior ‖ prior) = ‖mean − centre‖²/2, in nats. */
  readonly divergence: number;
  /** kl⁻¹(empirical, (divergence + confidence)/n): the certified risk. */
  readonly bound: number;
}

/** The PAC-Bayes-kl bound on the risk of N(mean, I). */
export function certify(points: SignedDirections, prior: GaussianPrior, mean: Float64Array): CertifiedPosterior {
  const empirical = gibbsRisk(points, mean);
  const divergence = mean.reduce((sum, value, j) => sum + (value - prior.centre[j]!) ** 2, 0) / 2;
  return { mean, empirical, divergence, bound: binaryKlUpperInverse(empirical, (divergence + prior.confidence) / points.rows) };
}

/** Lengths μ of the posterior's mean that are tried along a direction. */
const LENGTHS = Array.from({ length: 32 }, (_, i) => 0.5 * 640 ** (i / 31));
const DESCENT_STEPS = 60;

/**
 * The posterior with the least bound that was found: lengths along each direction (and the prior itself), then descent on the bound.
 * The inequality holds for all posteriors at once, so this search costs no confidence.
 */
export function tightestPosterior(points: SignedDirections, prior: GaussianPrior, directions: readonly Float64Array[]): CertifiedPosterior {
  let best = certify(points, prior, prior.centre);
  for (const direction of directions)
    for (const length of LENGTHS) {
      const candidate = certify(
        points,
        prior,
        direction.map(value => length * value),
      );
      if (candidate.bound < best.bound) best = candidate;
    }
  return descend(points, prior, best);
}

function descend(points: SignedDirections, prior: GaussianPrior, from: CertifiedPosterior): CertifiedPosterior {
  let current = from;
  let rate = 16;
  for (let step = 0; step < DESCENT_STEPS; step++) {
    const slope = boundGradient(points, prior, current);
    let next: CertifiedPosterior | undefined;
    for (let attempt = 0; attempt < 20 && !next; attempt++) {
      const tried = certify(
        points,
        prior,
        current.mean.map((value, j) => value - rate * slope[j]!),
      );
      if (tried.bound < current.bound) next = tried;
      else rate /= 2;
    }
    if (!next || current.bound - next.bound < 1e-7) return next ?? current;
    current = next;
    rate *= 1.5;
  }
  return current;
}

/** Gradient of the bound in the posterior's mean, by implicit differentiation of kl(empirical ‖ bound) = (divergence + confidence)/n. */
function boundGradient(points: SignedDirections, prior: GaussianPrior, { mean, empirical, bound }: CertifiedPosterior): Float64Array {
  const { rows, columns, values } = points;
  const q = Math.max(empirical, 1e-12);
  const inQ = Math.log(q / bound) - Math.log((1 - q) / (1 - bound));
  const inP = (bound - q) / (bound * (1 - bound));
  const gradient = mean.map((value, j) => (value - prior.centre[j]!) / rows / inP);
  const margins = headOutputs(points, mean);
  for (let i = 0; i < rows; i++) {
    const weight = ((inQ / inP) * normalDensity(margins[i]!)) / rows;
    for (let j = 0; j < columns; j++) gradient[j]! += weight * values[i * columns + j]!;
  }
  return gradient;
}
