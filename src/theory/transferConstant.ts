import type { Quantity } from './quantity';
import { weakest } from './report';

/** One checkpoint of pre-training: its held-out loss and the risk of the best head on its features. */
export interface TransferCheckpoint {
  readonly step: number;
  /** Held-out pre-training loss. */
  readonly loss: number;
  /** Risk of the head fitted on this checkpoint's features, in units of the downstream loss. */
  readonly risk: number;
}

/** (C_β, β) as a run suggests it. */
export interface TransferEstimate {
  /** Ĉ = max b_t/a_t^β over the checkpoints, evidence `estimated`. */
  readonly constant: Quantity;
  readonly exponent: number;
  /** Slope of ln b_t on ln a_t by least squares: the exponent the run itself suggests; absent below three usable checkpoints. */
  readonly slope?: number;
  /** Excess loss a_t and excess risk b_t of the usable checkpoints. */
  readonly scatter: readonly { readonly step: number; readonly excessLoss: number; readonly excessRisk: number }[];
}

/**
 * The transfer constant as the envelope of a run's checkpoints ("transfer" in docs/theory.md): with a_t and b_t the loss and risk above their least values over
 * the run, Ĉ = max b_t/a_t^β over checkpoints with a_t above `noiseFloor`. An estimate, no guarantee. Undefined when no checkpoint's loss exceeds the
 * least one by more than the floor.
 */
export function transferEnvelope(
  checkpoints: readonly TransferCheckpoint[],
  exponent = 0.5,
  noiseFloor = 1e-9,
): TransferEstimate | undefined {
  const leastLoss = Math.min(...checkpoints.map(({ loss }) => loss));
  const leastRisk = Math.min(...checkpoints.map(({ risk }) => risk));
  const scatter = checkpoints
    .map(({ step, loss, risk }) => ({ step, excessLoss: loss - leastLoss, excessRisk: risk - leastRisk }))
    .filter(({ excessLoss }) => excessLoss > noiseFloor);
  if (scatter.length === 0) return undefined;
  const value = Math.max(...scatter.map(({ excessLoss, excessRisk }) => excessRisk / excessLoss ** exponent));
  const slope = logSlope(scatter.filter(({ excessRisk }) => excessRisk > noiseFloor));
  return {
    constant: {
      value,
      evidence: 'estimated',
      formula: 'max over checkpoints of b_t/a_t^β',
      inputs: {
        checkpoints: scatter.length,
        'least loss of the run': leastLoss,
        'least risk of the run': leastRisk,
        ...(slope !== undefined && { 'slope of ln b_t on ln a_t': slope }),
      },
      assumptions: ['the checkpoints of this run show the worst ratio of excess risk to excess loss'],
    },
    exponent,
    ...(slope !== undefined && { slope }),
    scatter,
  };
}

function logSlope(points: readonly { readonly excessLoss: number; readonly excessRisk: number }[]): number | undefined {
  if (points.length < 3) return undefined;
  const x = points.map(point => Math.log(point.excessLoss));
  const y = points.map(point => Math.log(point.excessRisk));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const spread = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  return spread > 0 ? x.reduce((sum, value, i) => sum + (value - meanX) * (y[i]! - meanY), 0) / spread : undefined;
}

/** Caps of the masked-reconstruction constant D2c. */
export interface MaskedReconstruction {
  /** G_φ: Lipschitz constant of the downstream loss. */
  readonly lossLipschitz: number;
  /** ‖b‖: largest norm of a downstream head on the decoder's output. */
  readonly headNorm: number;
  /** |M|: masked patches an image. */
  readonly maskedPatches: number;
  /** d_p: values a patch, when the loss is a mean over them; 1 when it is a sum. */
  readonly valuesPerPatch: number;
}

/**
 * C_β = G_φ‖b‖√(|M|·d_p), β = ½, for heads on the decoder's output and any decoder (lemma D2c). The lemma is proved; that the best downstream predictor is
 * such a head within the cap is `assumed`.
 */
export const maskedReconstructionConstant = ({
  lossLipschitz,
  headNorm,
  maskedPatches,
  valuesPerPatch,
}: MaskedReconstruction): Quantity => ({
  value: lossLipschitz * headNorm * Math.sqrt(maskedPatches * valuesPerPatch),
  evidence: 'assumed',
  formula: 'G_φ·‖b‖·√(|M|·d_p)',
  inputs: { G_φ: lossLipschitz, '‖b‖': headNorm, '|M|': maskedPatches, d_p: valuesPerPatch },
  assumptions: [
    'heads act on the decoder’s output',
    'the best downstream predictor is linear in the reconstructed masked patches with norm at most ‖b‖',
  ],
});

/**
 * C_β = G_φ‖w*‖√d/σ⁺_min(A*), β = ½, for a linear decoder A* and the head w* on the best encoder (lemma D2a), from caps of both numbers; d values are averaged
 * in the loss (1 when it is a sum). As weak as the caps, and no better than `estimated` where they were measured: the lemma speaks of the optimal pair.
 */
export const linearDecoderConstant = (
  lossLipschitz: number,
  headNorm: Quantity,
  leastSingularValue: Quantity,
  averagedOver = 1,
): Quantity => ({
  value: (lossLipschitz * headNorm.value * Math.sqrt(averagedOver)) / leastSingularValue.value,
  evidence: weakest(['estimated', headNorm.evidence, leastSingularValue.evidence]),
  formula: 'G_φ·‖w*‖·√d/σ⁺_min(A*)',
  inputs: { G_φ: lossLipschitz, '‖w*‖': headNorm.value, 'σ⁺_min(A*)': leastSingularValue.value, d: averagedOver },
  assumptions: ['the decoder and head given stand for the best ones', 'w* lies in the row space of A*'],
});

/** C_β = G_φ‖b‖√d, β = ½, from a cap of ‖b‖, b = (A*ᵀ)⁺w* (lemma D2a): what the head asks of the reconstruction. */
export const decodedHeadConstant = (lossLipschitz: number, decodedNorm: Quantity, averagedOver = 1): Quantity => ({
  ...decodedNorm,
  value: lossLipschitz * decodedNorm.value * Math.sqrt(averagedOver),
  evidence: weakest(['estimated', decodedNorm.evidence]),
  formula: 'G_φ·‖b‖·√d',
  inputs: { G_φ: lossLipschitz, '‖b‖': decodedNorm.value, d: averagedOver },
  assumptions: ['the best downstream head is bᵀ of the best reconstruction', 'the decoder is linear'],
});
