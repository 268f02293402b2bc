/** A downstream loss as D1 sees it: Lipschitz constant G_φ in the head's output and largest value B_φ; its least value is 0. */
export interface LossConstants {
  readonly lossLipschitz: number;
  readonly lossRange: number;
  /** Whether the 0–1 error is at most the risk. */
  readonly boundsError: boolean;
}

/** The losses whose constants are known. */
export type LossName = 'ramp' | 'logistic' | 'hinge' | 'squared';
export const LOSS_NAMES: readonly LossName[] = ['ramp', 'logistic', 'hinge', 'squared'];

/**
 * Constants of a loss on outputs of size at most `largestOutput` (R·B_h for heads ‖θ‖ ≤ R on features of norm at most B_h) and labels ±1:
 * ramp min(1, max(0, 1 − yf/γ)), logistic ln(1 + e^{−yf}), hinge max(0, 1 − yf), squared (y − f)². The ramp loss needs no largest output.
 */
export function lossConstants(loss: LossName, { margin = 1, largestOutput = Infinity } = {}): LossConstants {
  switch (loss) {
    case 'ramp':
      return { lossLipschitz: 1 / margin, lossRange: 1, boundsError: true };
    case 'logistic':
      return { lossLipschitz: 1, lossRange: largestOutput + Math.log1p(Math.exp(-largestOutput)), boundsError: false };
    case 'hinge':
      return { lossLipschitz: 1, lossRange: 1 + largestOutput, boundsError: true };
    case 'squared':
      return { lossLipschitz: 2 * (1 + largestOutput), lossRange: (1 + largestOutput) ** 2, boundsError: true };
  }
}
