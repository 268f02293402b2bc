import type { DefinitionNotes } from './definition/notes';
import type { Normalisation } from '../datasets/normalisation';
import type { Report } from '../theory/report';
import type { DecoderSpectrum } from './linearDecoder';
import type { TransferEstimate } from '../theory/transferConstant';
import type { TransferScores } from './transferScores';
import type { Risks } from './fineTuning/risks';

export type FineTuningMode = 'probe' | 'frozen' | 'full';

/** What fine-tuning in one mode gave, on the test set that nothing was chosen on. */
export interface FineTuningResult {
  readonly mode: FineTuningMode;
  /** Shares in [0, 1]. */
  readonly testAccuracy: number;
  readonly trainAccuracy: number;
  readonly testErrors: number;
  readonly testCount: number;
  /** Ramp risk, margins and calibration, on the labelled points and on the test set. */
  readonly trainRisks: Risks;
  readonly testRisks: Risks;
  /** What was chosen on the validation split: learning rate and weight decay, or the strength of the probe's penalty. */
  readonly chosen: Readonly<Record<string, number>>;
}

/** What fine-tuning gave with the first `labels` of the labelled points. */
export interface LabelBudget {
  readonly labels: number;
  readonly fineTuning: readonly FineTuningResult[];
}

export interface PretrainingResult {
  readonly steps: number;
  readonly seconds: number;
  readonly trainLoss: number;
  /** The objective's loss on images that nothing was trained on, in units of the squared range of the values (1 without normalisation) where it
   * carries a certificate. */
  readonly holdOutLoss: number;
  readonly holdOutCount: number;
  /** Why the hold-out loss carries no certificate: it is a loss without a range. Then no bound rests on it. */
  readonly withoutCertificate?: string;
  /** (C_β, β) over the checkpoints of the run; absent when its loss never moved. */
  readonly transfer?: TransferEstimate;
  /** A linear decoder refitted to the finished encoder. */
  readonly decoder?: DecoderSpectrum;
}

/** Everything a finished trial leaves for the report. */
export interface TrialResults {
  /** What is to be said of the definition that was trained, where the encoder is one. */
  readonly definition?: DefinitionNotes;
  readonly encoderParameters: number;
  /** What was done to every value before the encoder saw it, decided on pre-training samples; absent where nothing was. */
  readonly normalisation?: Normalisation;
  readonly pretraining?: PretrainingResult;
  /** With all labelled points. */
  readonly fineTuning: readonly FineTuningResult[];
  /** With fewer of them, where the study names several budgets; rising. */
  readonly budgets?: readonly LabelBudget[];
  /** Root mean square Euclidean norm of the encoder's features on unlabelled downstream images. */
  readonly featureNorm: number;
  /** Complexity E‖Hᵀε‖/n of the features of the labelled points (head radius 1), Monte Carlo mean. */
  readonly featureComplexity: number;
  /** Set when the features shrank or collapsed to a point while training. */
  readonly collapse?: string;
  /** Certificates and bounds: F2, F1, F5, D1, F4. */
  readonly reports: readonly Report[];
  /** Transferability scores of the features of the labelled points, RankMe and participation ratio of unlabelled ones. */
  readonly scores?: TransferScores;
  readonly seconds: number;
}
