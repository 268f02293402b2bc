/** One layer of a chain `x ↦ σ(W x)` as the parameter-count bounds see it. */
export interface ChainLayer {
  /** Number of free scalars p_l; shared weights count once. */
  readonly parameters: number;
  /** Cap or value of the spectral norm s_l. */
  readonly spectralNorm: number;
  /** Lipschitz constant ρ_l of the activation that follows. */
  readonly activationLipschitz: number;
}

/** The pre-training problem that a capacity bound speaks about. */
export interface PretrainingProblem {
  /** Number N of unlabelled samples. */
  readonly samples: number;
  /** Largest Euclidean norm B_x of an input. */
  readonly inputNorm: number;
  /** Lipschitz constant G_ℓ of the loss in the network's output, Euclidean. */
  readonly lossLipschitz: number;
  /** Largest value B_ℓ of the loss; its least is 0. */
  readonly lossRange: number;
  readonly failureProbability: number;
  /** Nats that a union bound over rounded norms costs ("peeling" in docs/theory.md); 0 when absent. */
  readonly peelingNats?: number;
}

/** ln(count/δ), with what peeling costs on top. */
export const unionNats = (
  count: number,
  { failureProbability, peelingNats = 0 }: Pick<PretrainingProblem, 'failureProbability' | 'peelingNats'>,
): number => Math.log(count / failureProbability) + peelingNats;

/** ln(1 + eˣ) without overflow. */
export const softplus = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));

/**
 * Logarithm of the covering number of a chain of layers in the sup norm over inputs, layer by layer (D4):
 * p_l·ln(1 + 2 s_l (L+1) Λ_l/ε) with Λ_l = B_x ρ_l Π_{j≠l} s_j ρ_j. Worked in logarithms, so deep chains do not overflow.
 */
export function chainCovering(layers: readonly ChainLayer[], inputNorm: number, resolution: number): readonly number[] {
  const logProduct = layers.reduce((sum, layer) => sum + Math.log(layer.spectralNorm) + Math.log(layer.activationLipschitz), 0);
  const logRatio = Math.log(2 * layers.length) + Math.log(inputNorm) + logProduct - Math.log(resolution);
  return layers.map(layer => layer.parameters * softplus(logRatio));
}

/** One matrix of any network, composed as it may be. */
export interface ComposedLayer {
  readonly parameters: number;
  readonly spectralNorm: number;
  /** ln Λ_l: how far the output moves, for any input, when the matrix moves by spectral norm 1 within its cap; −∞ when it moves nothing. */
  readonly logAmplification: number;
}

/**
 * The same for layers that do not form a chain: p_l·ln(1 + 2 s_l m Λ_l/ε) over m matrices with Λ_l as it is given (D4, D6). A matrix that moves
 * nothing adds nothing.
 */
export const composedCovering = (layers: readonly ComposedLayer[], resolution: number): readonly number[] =>
  layers.map(({ parameters, spectralNorm, logAmplification }) => {
    return parameters * softplus(Math.log(2 * layers.length) + Math.log(spectralNorm) + logAmplification - Math.log(resolution));
  });

/** ε = B_ℓ/(G_ℓ N), the resolution of the covers of D4, D5 and D6. */
export const coverResolution = ({ lossRange, lossLipschitz, samples }: PretrainingProblem): number => lossRange / (lossLipschitz * samples);

/**
 * D4 in docs/theory.md, by Hoeffding over a cover at resolution B_ℓ/(G_ℓ N): with probability ≥ 1 − δ over the N samples
 * sup |L_U − L_Û| ≤ B_ℓ√((ln N(ε) + ln(2/δ))/2N) + 2B_ℓ/N. Twice that bounds the excess of the trained network.
 */
export const coveringDeviation = (logCovering: number, problem: PretrainingProblem): number =>
  problem.lossRange * Math.sqrt((logCovering + unionNats(2, problem)) / (2 * problem.samples)) + (2 * problem.lossRange) / problem.samples;

/**
 * Optimistic bound on the pre-training loss for a small training loss L̂ (D5): with t = ln N(ε) + ln(1/δ)
 * L_U ≤ L̂ + 2G_ℓε + √(2 B_ℓ t (L̂ + G_ℓε)/N) + 2 B_ℓ t/N, for the whole class at once. Subtract a known floor of the loss to bound E_U.
 */
export function optimisticLossBound(trainingLoss: number, logCovering: number, resolution: number, problem: PretrainingProblem): number {
  const { samples, lossLipschitz, lossRange } = problem;
  const nats = logCovering + unionNats(1, problem);
  const slack = lossLipschitz * resolution;
  return trainingLoss + 2 * slack + Math.sqrt((2 * lossRange * nats * (trainingLoss + slack)) / samples) + (2 * lossRange * nats) / samples;
}
