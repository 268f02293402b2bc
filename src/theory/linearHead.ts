import type { Matrix } from './matrix';

export interface LogisticHeadSettings {
  /** Strength λ of the penalty (λ/2)‖θ‖² beside the mean logistic loss. */
  readonly strength: number;
  /** Where to start; 0 when absent. */
  readonly start?: Float64Array;
}

/** argmin (1/n)Σ ln(1 + exp(−yᵢθᵀhᵢ)) + (λ/2)‖θ‖². No intercept: a constant feature carries it. Labels are +1 and −1. */
export declare function fitLogisticHead(features: Matrix, labels: ArrayLike<number>, settings: LogisticHeadSettings): Float64Array;

/** argmin (1/n)Σ ln(1 + exp(−yᵢθᵀhᵢ/γ)) over ‖θ‖ ≤ radius. */
export declare function fitHeadInBall(features: Matrix, labels: ArrayLike<number>, radius: number, margin: number): Float64Array;
