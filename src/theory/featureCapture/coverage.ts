/**
 * Expected number of covered features when each of `kernels` kernels ends on one of `features` features, independently and uniformly: F(1 − (1 − 1/F)^R)
 * (the coupon collector; docs/multiview.md, M1).
 */
export const expectedCoverage = (features: number, kernels: number): number => features * (1 - (1 - 1 / features) ** kernels);

/** Lower bound on the probability that every feature is covered, 1 − F(1 − 1/F)^R by the union bound, at least 0 (M1). */
export const allCoveredProbability = (features: number, kernels: number): number =>
  Math.max(0, 1 - features * (1 - 1 / features) ** kernels);

/** Kernels a class that cover all k·L features with probability 1 − δ: the smallest m with kL·e^(−m/L) ≤ δ (M1). */
export const kernelsPerClassFor = (classes: number, views: number, delta: number): number =>
  Math.ceil(views * Math.log((classes * views) / delta));
