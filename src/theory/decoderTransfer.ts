import { scatter } from './covariance';
import type { Matrix } from './matrix';
import type { Quantity } from './quantity';
import { headOutputs } from './rampLoss';
import { symmetricEigen } from './symmetricEigen';

/** Singular values below this share of the largest one count as 0. */
const RANK_FLOOR = 1e-7;

/** What lemma D2a says about a linear decoder and a head. */
export interface DecoderTransfer {
  /** Singular values of A in falling order, those that count as 0 left out: the gauge of what a head can rely on. */
  readonly singularValues: Float64Array;
  /** σ⁺_min(A), the least of them. */
  readonly leastSingularValue: number;
  /** ‖b‖ with b = (Aᵀ)⁺w: at most ‖w‖/σ⁺_min(A). */
  readonly decodedNorm: number;
  /** b itself: what the head asks of the decoder's outputs. */
  readonly decoded: Float64Array;
  readonly headNorm: number;
  /** ‖(I − Π)w‖, the part of the head outside the decoder's row space: the decoder does not certify it. */
  readonly outside: number;
}

/**
 * Lemma D2a in numbers: how the head w, which reads the encoder's p features, stands to the decoder A (targets × p, u ↦ Au).
 * Throws a RangeError when their sizes differ or the decoder is 0.
 */
export function decoderTransfer(decoder: Matrix, head: ArrayLike<number>): DecoderTransfer {
  if (head.length !== decoder.columns) throw new RangeError(`The head reads ${head.length} features, the decoder ${decoder.columns}`);
  const { values, vectors } = symmetricEigen(scatter(decoder, new Float64Array(decoder.columns)));
  const largest = Math.sqrt(Math.max(0, values[0]!));
  if (largest === 0) throw new RangeError('The decoder is 0: it has no row space');
  const singularValues = values.map(value => Math.sqrt(Math.max(0, value))).filter(value => value > RANK_FLOOR * largest);
  const along = headOutputs(vectors, head);
  // (AᵀA)⁺w, from which b = A(AᵀA)⁺w.
  const inverse = new Float64Array(decoder.columns);
  let outside = 0;
  along.forEach((length, k) => {
    if (k >= singularValues.length) outside += length ** 2;
    else
      for (let j = 0; j < inverse.length; j++) inverse[j]! += (length / singularValues[k]! ** 2) * vectors.values[k * inverse.length + j]!;
  });
  const decoded = headOutputs(decoder, inverse);
  return {
    singularValues,
    leastSingularValue: singularValues.at(-1)!,
    decodedNorm: Math.sqrt(decoded.reduce((sum, value) => sum + value * value, 0)),
    decoded,
    headNorm: Math.sqrt(along.reduce((sum, length) => sum + length ** 2, 0)),
    outside: Math.sqrt(outside),
  };
}

/** How the reconstruction loss adds up: over its values, or as their mean, which multiplies C_β by √d. */
const lossScale = (averagedOver: number): number => Math.sqrt(averagedOver);

/**
 * (C_β, ½) = (G_φ·‖b‖·√d, ½) of lemma D2a from a trained linear decoder and head, ‖b‖ instead of its bound ‖w‖/σ⁺_min(A); d values are averaged in the loss
 * (1 when it is a sum). `estimated`: the lemma speaks of the best decoder and head.
 */
export const trainedDecoderConstant = (transfer: DecoderTransfer, lossLipschitz: number, averagedOver = 1): Quantity => ({
  value: lossLipschitz * transfer.decodedNorm * lossScale(averagedOver),
  evidence: 'estimated',
  formula: 'G_φ·‖b‖·√d, b = (A*ᵀ)⁺w*',
  inputs: {
    G_φ: lossLipschitz,
    '‖b‖': transfer.decodedNorm,
    '‖w*‖': transfer.headNorm,
    'σ⁺_min(A*)': transfer.leastSingularValue,
    d: averagedOver,
    '‖(I − Π)w*‖': transfer.outside,
  },
  assumptions: ['the trained decoder and head stand for the best ones', 'w* lies in the row space of A*, but for what the task term pays'],
});

/**
 * The transfer term of lemma D2a from the residuals z − A·h(z̃) of the trained pair and z − A*h*(z̃) of the best one on the same held-out points:
 * G_φ·√(bᵀSb), S the difference of their second moments, never above G_φ·‖b‖·√(tr S). `estimated`: S is an average, and the pairs stand for the best ones.
 * Throws a RangeError when the residuals have other sizes than b and each other.
 */
export function residualTransfer(b: Float64Array, trained: Matrix, best: Matrix, lossLipschitz: number): Quantity {
  for (const { rows, columns } of [trained, best])
    if (columns !== b.length || rows !== trained.rows || rows === 0)
      throw new RangeError(
        `Residuals of ${rows} points in ${columns} values do not go with b in ${b.length} values at ${trained.rows} points`,
      );
  const along = (residuals: Matrix) => headOutputs(residuals, b).reduce((sum, value) => sum + value * value, 0) / residuals.rows;
  const square = Math.max(0, along(trained) - along(best));
  return {
    value: lossLipschitz * Math.sqrt(square),
    evidence: 'estimated',
    formula: 'G_φ·√(bᵀSb), S = E[rrᵀ] − E[r*r*ᵀ]',
    inputs: { G_φ: lossLipschitz, bᵀSb: square, 'held-out points': trained.rows },
    assumptions: ['the best pair given stands for the best there is', 'averages over the held-out points stand for the law'],
  };
}

/** What lemma D2a adds to the task term for the part of the head outside the decoder's row space: G_φ·‖(I − Π)w*‖·√λ_max(E[h*h*ᵀ]). */
export const outsideCost = (transfer: DecoderTransfer, lossLipschitz: number, largestSecondMoment: number): number =>
  lossLipschitz * transfer.outside * Math.sqrt(largestSecondMoment);

/**
 * (‖b‖²·d, 1): lemma D2b, for the squared downstream loss, E[y|z̃] = bᵀm(z̃), heads without a cap and a reconstruction loss that averages d values.
 * Proved; that the target is so made is `assumed`.
 */
export const squaredLossConstant = (decodedNorm: number, averagedOver = 1): { readonly constant: Quantity; readonly exponent: 1 } => ({
  constant: {
    value: decodedNorm ** 2 * averagedOver,
    evidence: 'assumed',
    formula: '‖b‖²·d',
    inputs: { '‖b‖': decodedNorm, d: averagedOver },
    assumptions: ['the downstream loss is the squared error and E[y|z̃] = bᵀE[z|z̃]', 'heads have no cap'],
  },
  exponent: 1,
});

/**
 * The radius from which on the ball of heads holds the least-squares head of a target with root mean square `targetNorm`: targetNorm/√λ⁺_min(E[hhᵀ]).
 * D2a and D2b need heads of that radius.
 */
export function admissibleRadius(features: Matrix, targetNorm: number): number {
  const { values } = symmetricEigen(scatter(features, new Float64Array(features.columns)));
  const kept = values.filter(value => value > RANK_FLOOR ** 2 * values[0]!);
  return kept.length === 0 ? 0 : targetNorm / Math.sqrt(kept.at(-1)! / features.rows);
}
