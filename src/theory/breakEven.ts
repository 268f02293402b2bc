/** Complexities (squared, as they stand under the roots) of the two-stage bound of Ge, Tang, Fan and Jin (2023). */
export interface TwoStageComplexity {
  /** C_Φ of the latent model that is pre-trained. */
  readonly pretrained: number;
  /** C_Ψ of the head that is fitted on it. */
  readonly head: number;
  /** C_{Φ∘Ψ} of both together, which supervised training alone would have to learn. */
  readonly joint: number;
}

/**
 * From how many unlabelled points m on pre-training beats supervised training alone on n labelled ones, in the rates of Ge et al. (2023):
 * √(C_Φ/m) + √(C_Ψ/n) < √(C_{Φ∘Ψ}/n). Undefined when no number suffices, that is when the head is as complex as the whole. Constants and logarithms
 * are left out there, so this is an order of magnitude: an estimate.
 */
export function breakEvenUnlabelled({ pretrained, head, joint }: TwoStageComplexity, labelled: number): number | undefined {
  const room = Math.sqrt(joint / labelled) - Math.sqrt(head / labelled);
  if (!(room > 0)) return undefined;
  return Math.floor(pretrained / room ** 2) + 1;
}

/** Up to how many labelled points n pre-training on m unlabelled ones still beats supervised training alone; infinite without C_Φ. */
export function breakEvenLabelled({ pretrained, head, joint }: TwoStageComplexity, unlabelled: number): number | undefined {
  const gain = Math.sqrt(joint) - Math.sqrt(head);
  if (!(gain > 0)) return undefined;
  if (pretrained === 0) return Infinity;
  return Math.max(0, Math.ceil((gain ** 2 * unlabelled) / pretrained) - 1);
}
