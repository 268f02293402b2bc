import { softplus, type PretrainingProblem } from './parameterCount';
import { blockFlow, transformerNorms, type LayerNormalisation, type TransformerBlock } from './transformerNorms';

/** Size of one learnable matrix: what its cover costs. */
export interface MatrixSize {
  /** Free entries p_k, for the parameter count (D6). */
  readonly parameters?: number;
  /** ‖W‖_{2,1} ≤ b_k, for the norms (D7). */
  readonly groupNorm?: number;
}

/** Sizes of the matrices of one block: V and M = W_QW_Kᵀ of each head, and the two of the feed-forward branch. */
export interface BlockSizes {
  readonly heads: readonly { readonly value: MatrixSize; readonly queryKey: MatrixSize }[];
  readonly feedForward: readonly [MatrixSize, MatrixSize];
}

/** A masked autoencoder of transformer blocks: patch embedding, blocks (encoder and decoder together), linear decoder W_D. */
export interface TransformerNetwork {
  readonly blocks: readonly (TransformerBlock & { readonly sizes: BlockSizes })[];
  /** r_0: largest norm of a token before the first block. */
  readonly embeddingNorm: number;
  readonly finalNormalisation?: LayerNormalisation;
  readonly decoder: { readonly norm: number; readonly size: MatrixSize };
  /** The patch embedding W_E, when it is trained; absent: fixed. */
  readonly embedding?: { readonly norm: number; readonly size: MatrixSize };
  /** B_p: largest norm of a patch. */
  readonly patchNorm: number;
}

/** One learnable matrix of a network: how an error in it moves the output's largest row norm. */
export interface WeightGroup {
  readonly name: string;
  /** R_k: cap of its spectral norm. */
  readonly spectralNorm: number;
  /** ι_k: largest norm of a row it multiplies. */
  readonly inputNorm: number;
  /** ln Γ_k: what an error of norm 1 in a row of its output can grow to. ι_kΓ_k is κ_k, the sensitivity to the matrix itself. In logarithms, since tails overflow. */
  readonly logAmplification: number;
  readonly size: MatrixSize;
}

/** All learnable matrices of the network with their sensitivities ("D6" in docs/theory.md). */
export function weightGroups(network: TransformerNetwork): readonly WeightGroup[] {
  const { blocks, decoder, embedding, embeddingNorm, finalNormalisation, patchNorm } = network;
  const norms = transformerNorms(blocks, embeddingNorm, decoder.norm, finalNormalisation);
  const logEnd = Math.log(decoder.norm * (finalNormalisation?.lipschitz ?? 1));
  const groups = blocks.flatMap((block, l): WeightGroup[] => {
    const { attentionScale, feedForwardScale, heads, feedForward, keyWidth, sizes } = block;
    const { attentionInput, feedForwardInput, feedForwardLipschitz, branchGain } = blockFlow(block, norms.rows[l]!);
    const logTail = norms.lipschitz.slice(l + 1).reduce((sum, factor) => sum + Math.log(factor), logEnd);
    const attention = Math.log(attentionScale * branchGain * feedForwardLipschitz) + logTail;
    const forward = Math.log(feedForwardScale * branchGain) + logTail;
    const name = `block ${l + 1}`;
    return [
      ...heads.flatMap((head, h): WeightGroup[] => {
        const place = heads.length > 1 ? `${name} head ${h + 1}` : name;
        const size = sizes.heads[h]!;
        const inputNorm = attentionInput;
        const sharpness = (head.value * attentionInput ** 2) / Math.sqrt(keyWidth);
        return [
          { name: `${place} value`, spectralNorm: head.value, inputNorm, logAmplification: attention, size: size.value },
          {
            name: `${place} query·key`,
            spectralNorm: head.queryKey,
            inputNorm,
            logAmplification: attention + Math.log(sharpness),
            size: size.queryKey,
          },
        ];
      }),
      {
        name: `${name} FC1`,
        spectralNorm: feedForward[0],
        inputNorm: feedForwardInput,
        logAmplification: forward + Math.log(feedForward[1]),
        size: sizes.feedForward[0],
      },
      {
        name: `${name} FC2`,
        spectralNorm: feedForward[1],
        inputNorm: feedForward[0] * feedForwardInput,
        logAmplification: forward,
        size: sizes.feedForward[1],
      },
    ];
  });
  const first = norms.lipschitz.reduce((sum, factor) => sum + Math.log(factor), logEnd);
  return [
    ...(embedding
      ? [{ name: 'embedding', spectralNorm: embedding.norm, inputNorm: patchNorm, logAmplification: first, size: embedding.size }]
      : []),
    ...groups,
    { name: 'decoder', spectralNorm: decoder.norm, inputNorm: norms.decoderInput, logAmplification: 0, size: decoder.size },
  ];
}

/**
 * D6: ln N(ε) ≤ Σ_k p_k·ln(1 + 2R_kκ_km/ε) in the largest row norm of the output, uniformly over inputs; m is the number of matrices.
 * Throws a RangeError for a matrix whose parameters are not known.
 */
export function transformerCovering(network: TransformerNetwork, resolution: number): number {
  const groups = weightGroups(network);
  return groups.reduce((sum, { name, spectralNorm, inputNorm, logAmplification, size }) => {
    if (size.parameters === undefined) throw new RangeError(`The number of parameters of ${name} is not known`);
    const ratio = Math.log(2 * groups.length) + Math.log(spectralNorm) + Math.log(inputNorm) + logAmplification - Math.log(resolution);
    return sum + (size.parameters === 0 ? 0 : size.parameters * softplus(ratio));
  }, 0);
}

/**
 * D7: C = (G_ℓ/B_ℓ)·√(8NK ln 2W̄²)·(Σ_k(b_kι_kΓ_k)^{2/3})^{3/2}, with K rows (tokens) an image and W̄ the widest layer.
 * Throws a RangeError for a matrix whose ‖·‖_{2,1} is not known.
 */
export function transformerCoveringConstant(
  network: TransformerNetwork,
  tokens: number,
  widest: number,
  { samples, lossLipschitz, lossRange }: Pick<PretrainingProblem, 'samples' | 'lossLipschitz' | 'lossRange'>,
): number {
  const groups = weightGroups(network).reduce((sum, { name, inputNorm, logAmplification, size }) => {
    if (size.groupNorm === undefined) throw new RangeError(`The norm ‖W‖_{2,1} of ${name} is not known`);
    return sum + (size.groupNorm * inputNorm * Math.exp(logAmplification)) ** (2 / 3);
  }, 0);
  return (lossLipschitz / lossRange) * Math.sqrt(8 * samples * tokens * Math.log(2 * widest ** 2)) * groups ** 1.5;
}
