import type { Normalisation } from '../datasets/normalisation';
import type { TaskSamples } from '../datasets/task';
import { PatchSet } from './patches';

/** The images that pre-training may see. */
export interface PretrainingImages {
  readonly images: PatchSet;
  /** Unlabelled downstream images, on whose features regularisers act; never labelled points. */
  readonly downstream: PatchSet;
}

/** The disjoint parts of a trial's data, laid out as its encoder wants them. */
export interface TaskImages {
  /** How many classes the task has. */
  readonly classes: number;
  readonly labelled: PatchSet;
  /** +1 and −1 where the task has two classes, else the class from 0. */
  readonly labels: Int16Array;
  readonly unlabelled: PatchSet;
  readonly pretraining: PatchSet;
  readonly holdOut: PatchSet;
  readonly test: PatchSet;
  readonly testLabels: Int16Array;
  readonly normalisation?: Normalisation;
}

/** @param patch side of the patches that the encoder wants; images stay whole without it */
export function cutTask(
  { classes, labelled, unlabelled, pretraining, holdOut, test, normalisation }: TaskSamples,
  patch: number | undefined,
): TaskImages {
  return {
    classes,
    labelled: new PatchSet(labelled.samples, patch),
    labels: labelled.labels,
    unlabelled: new PatchSet(unlabelled, patch),
    pretraining: new PatchSet(pretraining, patch),
    holdOut: new PatchSet(holdOut, patch),
    test: new PatchSet(test.samples, patch),
    testLabels: test.labels,
    ...(normalisation && { normalisation }),
  };
}

/** All positions of a set, 0 … count − 1. */
export const everyImage = ({ count }: PatchSet): Int32Array => Int32Array.from({ length: count }, (_, i) => i);
