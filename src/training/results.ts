import type { Normalisation } from '../datasets/normalisation';
import type { Report } from '../theory/report';

export type FineTuningMode = 'probe' | 'frozen' | 'full';

/** What fine-tuning in one mode gave, on the test set that nothing was chosen on. */
export interface FineTuningResult {
  readonly mode: FineTuningMode;
  /** Shares in [0, 1]. */
  readonly testAccuracy: number;
  readonly trainAccuracy: number;
  readonly testErrors: number;
  readonly testCount: number;
  /** What was chosen on the validation split: learning rate or inverse regularisation strength. */
  readonly chosen: Readonly<Record<string, number>>;
}

export interface PretrainingResult {
  readonly steps: number;
  readonly seconds: number;
  readonly trainLoss: number;
  /** Masked reconstruction loss on images that nothing was trained on, in units of the squared range of the values (1 without normalisation). */
  readonly holdOutLoss: number;
  readonly holdOutCount: number;
}

/** Everything a finished trial leaves for the report. */
export interface TrialResults {
  readonly encoderParameters: number;
  /** What was done to every value before the encoder saw it, decided on pre-training samples; absent where nothing was. */
  readonly normalisation?: Normalisation;
  readonly pretraining?: PretrainingResult;
  readonly fineTuning: readonly FineTuningResult[];
  /** Root mean square Euclidean norm of the encoder's features on unlabelled downstream images. */
  readonly featureNorm: number;
  /** Complexity E‖Hᵀε‖/n of the features of the labelled points (head radius 1), Monte Carlo mean. */
  readonly featureComplexity: number;
  /** Set when the features shrank or collapsed to a point while training. */
  readonly collapse?: string;
  /** Certificates and bounds, strongest first: F2, F1, F5, D1. */
  readonly reports: readonly Report[];
  readonly seconds: number;
}
