/**
 * The multi-view data model (Allen-Zhu and Li 2020; Pan, Zhou and Yan 2023): k classes with L orthonormal features each; a sample is a set of patches, each
 * carrying one feature, feature noise and normal noise.
 */
export interface MultiViewModel {
  /** k. */
  readonly classes: number;
  /** L, features a class. */
  readonly views: number;
  /** d, length of a patch; at least k·L. */
  readonly dimension: number;
  /** P, patches a sample. */
  readonly patches: number;
  /** C_p, patches that carry one feature. */
  readonly patchesPerFeature: number;
  /** s: each feature of another class is in a sample with probability s/k, while there are patches left. */
  readonly distractors: number;
  /** Interval of Σz of a feature that the sample shows. */
  readonly strength: readonly [low: number, high: number];
  /** Σz of the features of other classes in a multi-view sample; at most 0.4. */
  readonly distractorStrength: number;
  /** ρ: Σz of the own features that a single-view sample does not show. */
  readonly weakView: number;
  /** Γ: Σz of the features of other classes in a single-view sample. */
  readonly singleViewDistractor: number;
  /** γ: features of other patches leak in with coefficients in [0, γ]. */
  readonly featureNoise: number;
  /** σ_p·√d: root mean square norm of the normal noise of one patch. */
  readonly noise: number;
}

/** Labelled samples of a model. `patches`: sample × P × d, row-major. */
export interface MultiViewSamples {
  readonly count: number;
  readonly patches: Float32Array;
  readonly labels: Int32Array;
  /** The view that a single-view sample shows; −1 for a multi-view sample. */
  readonly shown: Int32Array;
}
