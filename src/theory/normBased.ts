import { unionNats, type PretrainingProblem } from './parameterCount';

/** One layer of a chain as the norm-based bound sees it. */
export interface NormedLayer {
  /** Spectral norm s_l. */
  readonly spectralNorm: number;
  /** ‖W_l‖_{2,1} = b_l: sum over output units of the Euclidean norm of their incoming weights. */
  readonly groupNorm: number;
  /** Lipschitz constant ρ_l of the activation that follows, which maps 0 to 0. */
  readonly activationLipschitz: number;
}

/** D3: covering constant, Rademacher complexity of the loss class scaled to [0, 1], and the bound on E_U. */
export interface NormBasedBound {
  /** C in ln N(ε) ≤ C²/ε². */
  readonly coveringConstant: number;
  /** (12C/N)(1 + ln(N/3C)), capped at 1. */
  readonly rademacher: number;
  /** Upper bound on E_U: 2B_ℓR̄ + 4B_ℓ√(ln(4/δ)/2N) + trainingGap. */
  readonly excess: number;
}

/**
 * Norm-based bound on the pre-training excess of a chain of layers (theorem D3): Maurey's cover of each matrix, Dudley's integral, explicit constants.
 * `widest` is the largest of all widths, input and output included.
 */
export function normBasedBound(
  layers: readonly NormedLayer[],
  widest: number,
  problem: PretrainingProblem,
  trainingGap = 0,
): NormBasedBound {
  return coveringConstantBound(chainCoveringConstant(layers, widest, problem), problem, trainingGap);
}

/** C = √(8 ln 2W̄²)·(G_ℓ/B_ℓ)·√N·B_x·Πs_lρ_l·(Σ(b_l/s_l)^{2/3})^{3/2} of a chain of layers. */
export function chainCoveringConstant(
  layers: readonly NormedLayer[],
  widest: number,
  { samples, inputNorm, lossLipschitz, lossRange }: PretrainingProblem,
): number {
  const product = layers.reduce((all, layer) => all * layer.spectralNorm * layer.activationLipschitz, 1);
  const groups = layers.reduce((sum, layer) => sum + (layer.groupNorm / layer.spectralNorm) ** (2 / 3), 0) ** 1.5;
  return Math.sqrt(8 * Math.log(2 * widest ** 2)) * (lossLipschitz / lossRange) * Math.sqrt(samples) * inputNorm * product * groups;
}

/** What ln N(ε) ≤ C²/ε² says about the excess: Dudley's integral, symmetrisation and bounded differences (D3, D7). */
export function coveringConstantBound(coveringConstant: number, problem: PretrainingProblem, trainingGap = 0): NormBasedBound {
  const { samples, lossRange } = problem;
  const rademacher = rademacherFromCovering(coveringConstant, samples);
  const concentration = 4 * lossRange * Math.sqrt(unionNats(4, problem) / (2 * samples));
  return { coveringConstant, rademacher, excess: 2 * lossRange * rademacher + concentration + trainingGap };
}

/** Dudley's integral of √(C²/ε²), at most 1: (12C/N)(1 + ln(N/3C)) when 3C < N. */
export const rademacherFromCovering = (coveringConstant: number, samples: number): number =>
  3 * coveringConstant < samples ? Math.min(1, ((12 * coveringConstant) / samples) * (1 + Math.log(samples / (3 * coveringConstant)))) : 1;
