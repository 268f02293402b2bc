import type { Quantity } from '../../theory/quantity';
import type { PredictedError } from '../../theory/featureCapture/predictedError';
import type { Accuracies, ArmName, LabelledKind } from './frames';

/** One encoder after one labelled set of one seed. */
export interface SeedArm {
  readonly arm: ArmName;
  readonly labelled: LabelledKind;
  /** Before fine-tuning; for supervised training, at its end. */
  readonly coverage: number;
  readonly captured: readonly number[];
  readonly purity?: number;
  /** Share of the captured features whose strongest kernel started as a winning ticket. */
  readonly ticketsThatWon?: number;
  /** Captured features before fine-tuning that are captured after it, that are not, and new ones. Absent for supervised training. */
  readonly fineTuning?: { readonly kept: number; readonly lost: number; readonly gained: number };
  readonly accuracy: Accuracies;
  /** Single-view error that the captured features predict. */
  readonly predicted: PredictedError;
}

/** One point of a mask-ratio sweep in one seed. */
export interface SeedPoint {
  readonly keep: number | readonly [number, number];
  readonly coverage: number;
  /** Median over features of the capture strength at the end by that at the start: above 1 kernels grow. */
  readonly growth: number;
  readonly loss: number;
  readonly singleView: number;
  readonly multiView: number;
}

/** All of one seed. */
export interface SeedResults {
  readonly seed: number;
  readonly arms: readonly SeedArm[];
  readonly sweep: readonly SeedPoint[];
}

/** Mean over seeds with its 95 % interval by Student's law; no interval of one seed. */
export interface Mean {
  readonly mean: number;
  readonly interval?: readonly [low: number, high: number];
}

/** One arm on one labelled set over all seeds. All measured but `predictedError`, which is estimated. */
export interface ArmSummary {
  readonly arm: ArmName;
  readonly labelled: LabelledKind;
  readonly coverage: Mean;
  readonly purity?: Mean;
  readonly ticketsThatWon?: Mean;
  readonly kept?: Mean;
  readonly train: Mean;
  readonly multiView: Mean;
  readonly singleView: Mean;
  /** Mean over seeds of the error that coverage predicts for single-view samples, and of its ends. */
  readonly predictedError: PredictedError;
  /** Whether the interval of the measured single-view error meets that of the prediction. */
  readonly agrees: boolean;
}

/** Single-view accuracy of the teacher–student encoder after fine-tuning less that of another arm on the same labels. */
export interface Margin {
  readonly against: ArmName;
  readonly labelled: LabelledKind;
  readonly bySeed: readonly number[];
  readonly margin: Mean;
  readonly everySeed: boolean;
  readonly excludesZero: boolean;
}

/** One point of the sweep over seeds. */
export interface SweepSummary {
  readonly keep: number | readonly [number, number];
  /** Whether theory lets kernels grow there; undefined where the ratio is drawn from both sides of the threshold. */
  readonly grows?: boolean;
  readonly coverage: Mean;
  readonly growth: Mean;
  readonly loss: Mean;
  readonly multiView: Mean;
  readonly singleView: Mean;
}

/** The document that `boundlens multiview SPEC --json` prints. */
export interface MultiViewResults {
  readonly name: string;
  readonly seeds: readonly SeedResults[];
  readonly arms: readonly ArmSummary[];
  readonly margins: readonly Margin[];
  readonly sweep: readonly SweepSummary[];
  readonly predictions: Readonly<Record<string, Quantity>>;
  /** Sentences: what agrees with the theory and what does not. */
  readonly findings: readonly string[];
}
