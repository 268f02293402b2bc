/** Norm caps of one transformer block X + α₁Attn(X), Z + α₂σ(ZW₁)W₂ without normalisation. */
export interface TransformerBlock {
  /** Scale α₁ of the attention branch and α₂ of the feed-forward branch. */
  readonly attentionScale: number;
  readonly feedForwardScale: number;
  /** ‖W_V‖. */
  readonly value: number;
  /** ‖W_Q W_Kᵀ‖. */
  readonly queryKey: number;
  /** ‖W_FC1‖ and ‖W_FC2‖. */
  readonly feedForward: readonly [number, number];
  /** d_K. */
  readonly keyWidth: number;
}

/** How norms and Lipschitz constants run through a stack of blocks, in ‖·‖_{2,∞} (largest row norm). */
export interface TransformerNorms {
  /** Bound on the row norm before block l and after the last: r_0 … r_L. */
  readonly rows: readonly number[];
  /** After the attention branch of each block. */
  readonly afterAttention: readonly number[];
  /** Lipschitz constant Λ_l of each block on its ball. */
  readonly lipschitz: readonly number[];
  /** T_l = ‖W_D‖·Π_{j>l} Λ_j: what an error after block l can grow to. */
  readonly tails: readonly number[];
}

/** The recursions proved under "transformer norms" in docs/theory.md, from the embedding's row norm r_0 and the decoder's norm. */
export function transformerNorms(blocks: readonly TransformerBlock[], embeddingNorm: number, decoderNorm: number): TransformerNorms {
  const rows = [embeddingNorm];
  const afterAttention: number[] = [];
  const lipschitz: number[] = [];
  for (const { attentionScale, feedForwardScale, value, queryKey, feedForward, keyWidth } of blocks) {
    const before = rows.at(-1)!;
    const feedForwardGain = 1 + feedForwardScale * feedForward[0] * feedForward[1];
    const attended = before * (1 + attentionScale * value);
    lipschitz.push(feedForwardGain * (1 + attentionScale * value * (1 + (2 * before ** 2 * queryKey) / Math.sqrt(keyWidth))));
    afterAttention.push(attended);
    rows.push(attended * feedForwardGain);
  }
  const tails = lipschitz.map((_, l) => lipschitz.slice(l + 1).reduce((product, factor) => product * factor, decoderNorm));
  return { rows, afterAttention, lipschitz, tails };
}
