import { Fault } from '../common/fault';
import { binaryKlUpperInverse } from './binaryKl';
import { neededSamples } from './neededSamples';
import type { Quantity } from './quantity';
import { sumReport, type Report } from './report';

export interface HoldOutCertificateInput {
  /** Loss of each of N_v fresh pairs (masked input, target) that nothing was trained or chosen on; one mask, or the mean over masks, an image. */
  readonly losses: ArrayLike<number>;
  /** Largest value B_ℓ of the loss; losses above it are clipped, and the certificate speaks of the clipped loss. */
  readonly lossRange: number;
  /** A known lower bound on the least attainable loss; 0 when absent. */
  readonly leastLoss?: number;
  readonly failureProbability: number;
  /** The certificate to be reached by more held-out images; the loss's range when absent. */
  readonly target?: number;
}

/**
 * Certificate of the pre-training excess risk from held-out pairs: E_U ≤ B_ℓ·kl⁻¹(L̂/B_ℓ, ln(1/δ)/N_v) − L_lb with probability ≥ 1 − δ
 * (Chernoff's bound for losses in [0, B_ℓ], never larger than Hoeffding's B_ℓ√(ln(1/δ)/2N_v)). Throws a Fault without a loss, or when a loss is negative or not a number.
 */
export function holdOutCertificate({ losses, ...about }: HoldOutCertificateInput): Report {
  const { lossRange } = about;
  const count = losses.length;
  if (count === 0) throw new Fault('The hold-out certificate has no image to stand on', 'hold out at least one image');
  let sum = 0;
  let clipped = 0;
  for (let i = 0; i < count; i++) {
    const loss = losses[i]!;
    if (!(loss >= 0)) throw new Fault(`The loss of held-out image ${i} is ${loss}`, 'pre-train again with a smaller learning rate');
    if (loss > lossRange) clipped++;
    sum += Math.min(loss, lossRange);
  }
  return holdOutOfMean({ mean: sum / count, count, clipped, ...about });
}

/** What the hold-out certificate needs of its losses: their mean, each clipped at the range, and how many there are. */
export interface HoldOutMean extends Omit<HoldOutCertificateInput, 'losses'> {
  readonly mean: number;
  readonly count: number;
  /** How many losses were clipped. */
  readonly clipped?: number;
}

/**
 * The hold-out certificate from the mean of the losses alone. `needed.N` names the held-out images that would bring it below the target at the same mean.
 * Throws a Fault when the mean exceeds the range.
 */
export function holdOutOfMean(about: HoldOutMean): Report {
  const { mean, count, clipped = 0, lossRange, leastLoss = 0, failureProbability, target = lossRange } = about;
  if (mean > lossRange) throw new Fault(`The mean loss ${mean} exceeds the largest loss ${lossRange}`, 'give a larger range');
  const at = (images: number) => lossRange * binaryKlUpperInverse(Math.min(1, mean / lossRange), Math.log(1 / failureProbability) / images);
  const upper = at(count);
  const needed = upper - leastLoss < target ? undefined : neededSamples(images => at(images) - leastLoss, target);
  return sumReport({
    theorem: 'holdout',
    bounds: 'excess reconstruction loss of the pre-trained pair over the best pair of the class',
    terms: [
      {
        id: 'holdout.empirical',
        name: 'empirical risk',
        value: mean - leastLoss,
        evidence: 'certified',
        formula: 'L̂_val − L_lb',
        inputs: { L̂_val: mean, L_lb: leastLoss, N_v: count, 'losses clipped at B_ℓ': clipped },
        assumptions: ['nothing was trained or chosen on the held-out images', 'the least attainable loss is at least L_lb'],
      },
      {
        id: 'holdout.confidence',
        name: 'confidence',
        value: Math.max(0, upper - mean),
        evidence: 'certified',
        formula: 'B_ℓ·kl⁻¹(L̂_val/B_ℓ, ln(1/δ)/N_v) − L̂_val',
        inputs: { B_ℓ: lossRange, N_v: count, δ: failureProbability },
        assumptions: ['the held-out images are independent draws from the pre-training law'],
      },
    ],
    range: lossRange,
    needed: needed === undefined ? {} : { N: needed },
    failureProbability,
  });
}

/** A report's total as a quantity that goes into another bound: the hold-out certificate as E_U in D1. */
export const totalAsQuantity = (report: Report): Quantity => ({
  value: report.total,
  evidence: report.evidence,
  formula: report.theorem,
  inputs: Object.assign({}, ...report.terms.map(term => term.inputs)) as Quantity['inputs'],
  assumptions: report.terms.flatMap(term => term.assumptions),
  failureProbability: report.failureProbability,
});
