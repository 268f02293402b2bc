/** Probability that a mask hides all C_p patches of one feature, (1 − θ)^C_p (M4). */
export const hiddenProbability = (keep: number, patches: number): number => (1 - keep) ** patches;

/** Probability that each of `features` features of a sample keeps at least one patch, (1 − (1 − θ)^C_p)^F (M4). */
export const allVisibleProbability = (keep: number, patches: number, features: number): number =>
  (1 - hiddenProbability(keep, patches)) ** features;
