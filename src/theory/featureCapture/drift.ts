/** What decides whether mask reconstruction lets a kernel grow along a feature. */
export interface DriftSetting {
  /** θ, the probability with which a patch is kept. */
  readonly keep: number;
  /** C_p, the number of patches that carry the feature. */
  readonly patches: number;
  /** τ, by which the teacher's kernels are longer than the student's. */
  readonly teacherScale: number;
  /** q, the power of the smoothed ReLU near 0. */
  readonly power: number;
}

/** What τ^q has to exceed for growth, 1 + (1 − θ)/(θ C_p): 1 plus the relative variance of what the mask leaves of the feature (M2). */
export const driftThreshold = (keep: number, patches: number): number => 1 + (1 - keep) / (keep * patches);

/** Whether a kernel that still works in the power part of the activation grows: τ^q > 1 + (1 − θ)/(θ C_p) (M2). */
export const grows = ({ keep, patches, teacherScale, power }: DriftSetting): boolean =>
  teacherScale ** power > driftThreshold(keep, patches);

/** The keep probability from which on kernels grow, 1/(1 + C_p(τ^q − 1)); 1 where no mask lets them grow because τ ≤ 1 (M2). */
export const smallestKeep = ({ patches, teacherScale, power }: Omit<DriftSetting, 'keep'>): number =>
  teacherScale <= 1 ? 1 : 1 / (1 + patches * (teacherScale ** power - 1));

/**
 * E over masks of the descent direction along a feature on C_p patches with equal activation a in the power part, without the factor a^(2q−1) that is
 * common to its summands: τ^q C_p² − C_p² − C_p(1/θ − 1) (M2).
 */
export const driftCoefficient = ({ keep, patches, teacherScale, power }: DriftSetting): number =>
  patches ** 2 * teacherScale ** power - patches ** 2 - patches * (1 / keep - 1);
