import type { Matrix } from './matrix';

export interface PreparationSettings {
  /** α in Σ_U^{−α/2}: 0 leaves the features centred, 1 whitens them. */
  readonly exponent: number;
  /** Whether rows are scaled to norm 1 before the constant feature is appended. */
  readonly unitNormalised: boolean;
}

/** A map of features that was fixed by unlabelled points alone. */
export interface FeaturePreparation {
  readonly settings: PreparationSettings;
  /** Centred, preconditioned features with one constant column appended that carries the bias. */
  apply(features: Matrix): Matrix;
}

export declare function featurePreparations(unlabelled: Matrix, grid: readonly PreparationSettings[]): readonly FeaturePreparation[];
