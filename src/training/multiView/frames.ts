import type { MultiViewSpec } from '../../studies/schema/multiView';
import type { MultiViewResults } from './results';

/** How an encoder comes to its kernels. */
export const ARMS = ['teacher', 'mae', 'supervised', 'refitted', 'random'] as const;
export type ArmName = (typeof ARMS)[number];

/** What a person reads for an arm. */
export const ARM_TITLES: Readonly<Record<ArmName, string>> = {
  teacher: 'mask reconstruction, teacher and student',
  mae: 'masked autoencoder',
  supervised: 'supervised from scratch',
  refitted: 'supervised, head fitted',
  random: 'random encoder',
};

/** Of what kind the labelled samples are: all features of the class, one of them, or half of each kind. */
export type LabelledKind = 'multi-view' | 'single-view' | 'mixed';

/** Shares of right answers, in [0, 1]. */
export interface Accuracies {
  readonly train: number;
  readonly multiView: number;
  readonly singleView: number;
}

/** The state of one encoder at one step: everything that the heat map of one moment draws. */
export interface CaptureFrame {
  readonly type: 'frame';
  readonly seed: number;
  readonly arm: ArmName;
  readonly phase: 'pre-training' | 'supervised training' | 'fine-tuning';
  /** Which labelled set; absent while pre-training. */
  readonly labelled?: LabelledKind;
  /** From 0, the state before the first step, to `steps`. */
  readonly step: number;
  readonly steps: number;
  readonly kernels: number;
  /** k·L; feature i·L + l is the l-th of class i. */
  readonly features: number;
  /** ⟨w_r, v_f⟩ at r·features + f, three decimals. */
  readonly correlations: readonly number[];
  /** For each class how many of its L features are captured. */
  readonly captured: readonly number[];
  /** Share of all features that are captured. */
  readonly coverage: number;
  /** 1 − median over strong kernels of second-largest by largest correlation; absent while no kernel is strong. */
  readonly purity?: number;
  /** Loss of the step's batch. */
  readonly loss?: number;
  /** Accuracy on test data with the head as it is; absent while there is no head, in pre-training. */
  readonly accuracy?: Omit<Accuracies, 'train'>;
}

/**
 * One line of `frames.jsonl` in the folder of `boundlens multiview SPEC --out DIR`, and what a process that computes one seed says. `start` comes first,
 * `end` last; the frames of several seeds may alternate. No more than `frames + 1` frames come from one phase of one arm and seed.
 */
export type MultiViewEvent =
  | { readonly type: 'start'; readonly spec: MultiViewSpec; readonly startedAt: string }
  | CaptureFrame
  | { readonly type: 'progress'; readonly seed: number; readonly fraction: number; readonly label: string }
  | { readonly type: 'end'; readonly endedAt: string; readonly results?: MultiViewResults; readonly fault?: string };
