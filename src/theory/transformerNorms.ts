/** Spectral norms of one attention head. */
export interface AttentionHead {
  /** ‖W_V W_O‖, or ‖W_V‖ where there is no output projection. */
  readonly value: number;
  /** ‖W_Q W_Kᵀ‖. */
  readonly queryKey: number;
}

/** A layer normalisation by what bounds need of it. */
export interface LayerNormalisation {
  /** Largest norm of a row it puts out: √d·‖γ‖_∞ + ‖β‖. */
  readonly rowNorm: number;
  /** Its Lipschitz constant: ‖γ‖_∞/√ε, or ‖γ‖_∞/√(s² + ε) where every row is known to have a centred deviation of at least s. */
  readonly lipschitz: number;
}

/** Where a block normalises: before each branch, after each sum, or nowhere. */
export type NormalisationPlace = 'none' | 'pre' | 'post';

/** Norm caps of one transformer block: an attention branch and a feed-forward branch, each added to what it reads. */
export interface TransformerBlock {
  /** Scale α₁ of the attention branch and α₂ of the feed-forward branch. */
  readonly attentionScale: number;
  readonly feedForwardScale: number;
  readonly heads: readonly AttentionHead[];
  /** ‖W_FC1‖ and ‖W_FC2‖; the activation between them is 1-Lipschitz and maps 0 to 0. */
  readonly feedForward: readonly [number, number];
  /** d_K. */
  readonly keyWidth: number;
  /** Absent: no normalisation. */
  readonly normalisation?: LayerNormalisation & { readonly place: 'pre' | 'post' };
}

/** How norms and Lipschitz constants run through a stack of blocks, in ‖·‖_{2,∞} (largest row norm). */
export interface TransformerNorms {
  /** Bound on the row norm before block l and after the last: r_0 … r_L. */
  readonly rows: readonly number[];
  /** After the attention branch of each block. */
  readonly afterAttention: readonly number[];
  /** Lipschitz constant Λ_l of each block on its ball. */
  readonly lipschitz: readonly number[];
  /** T_l = ‖W_D‖·Π_{j>l} Λ_j, times that of a final normalisation: what an error after block l can grow to. */
  readonly tails: readonly number[];
  /** Row norm that the decoder reads. */
  readonly decoderInput: number;
}

/** One block as the recursions and the covers see it. */
export interface BlockFlow {
  /** Row norm that attention reads, and that the feed-forward branch reads. */
  readonly attentionInput: number;
  readonly feedForwardInput: number;
  readonly afterAttention: number;
  readonly output: number;
  /** Lipschitz constants of the two halves, each with its residual. */
  readonly attentionLipschitz: number;
  readonly feedForwardLipschitz: number;
  /** What an error of the attention branch, and of the feed-forward branch, can grow to at the end of its half: 1, or ℓ after a normalisation. */
  readonly branchGain: number;
}

/** Norms and Lipschitz constants of one block whose input rows have norm at most `row`. */
export function blockFlow(
  { attentionScale, feedForwardScale, heads, feedForward, keyWidth, normalisation }: TransformerBlock,
  row: number,
): BlockFlow {
  const place = normalisation?.place;
  const before = place === 'pre' ? normalisation!.lipschitz : 1;
  const after = place === 'post' ? normalisation!.lipschitz : 1;
  const attentionInput = place === 'pre' ? normalisation!.rowNorm : row;
  const gain = attentionScale * heads.reduce((sum, head) => sum + head.value, 0);
  const slope =
    attentionScale *
    heads.reduce((sum, { value, queryKey }) => sum + value * (1 + (2 * attentionInput ** 2 * queryKey) / Math.sqrt(keyWidth)), 0);
  const afterAttention = place === 'post' ? normalisation!.rowNorm : row + gain * attentionInput;
  const feedForwardInput = place === 'pre' ? normalisation!.rowNorm : afterAttention;
  const feedForwardGain = feedForwardScale * feedForward[0] * feedForward[1];
  return {
    attentionInput,
    feedForwardInput,
    afterAttention,
    output: place === 'post' ? normalisation!.rowNorm : afterAttention + feedForwardGain * feedForwardInput,
    attentionLipschitz: after * (1 + slope * before),
    feedForwardLipschitz: after * (1 + feedForwardGain * before),
    branchGain: after,
  };
}

/**
 * The recursions proved under "transformer norms" in docs/theory.md, from the embedding's row norm r_0 and the decoder's norm; `final` is a normalisation
 * between the last block and the decoder.
 */
export function transformerNorms(
  blocks: readonly TransformerBlock[],
  embeddingNorm: number,
  decoderNorm: number,
  final?: LayerNormalisation,
): TransformerNorms {
  const rows = [embeddingNorm];
  const flows = blocks.map(block => {
    const flow = blockFlow(block, rows.at(-1)!);
    rows.push(flow.output);
    return flow;
  });
  const lipschitz = flows.map(flow => flow.feedForwardLipschitz * flow.attentionLipschitz);
  const end = decoderNorm * (final?.lipschitz ?? 1);
  return {
    rows,
    afterAttention: flows.map(flow => flow.afterAttention),
    lipschitz,
    tails: lipschitz.map((_, l) => lipschitz.slice(l + 1).reduce((product, factor) => product * factor, end)),
    decoderInput: final?.rowNorm ?? rows.at(-1)!,
  };
}
