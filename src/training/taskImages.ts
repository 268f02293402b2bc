import type { TaskSamples } from '../datasets/task';
import { PatchSet } from './patches';

/** The disjoint parts of a trial's data, cut into patches. */
export interface TaskImages {
  readonly labelled: PatchSet;
  readonly labels: Int8Array;
  readonly unlabelled: PatchSet;
  readonly pretraining: PatchSet;
  readonly holdOut: PatchSet;
  readonly test: PatchSet;
  readonly testLabels: Int8Array;
}

export function cutTask({ labelled, unlabelled, pretraining, holdOut, test }: TaskSamples, patch: number): TaskImages {
  return {
    labelled: new PatchSet(labelled.samples, patch),
    labels: labelled.labels,
    unlabelled: new PatchSet(unlabelled, patch),
    pretraining: new PatchSet(pretraining, patch),
    holdOut: new PatchSet(holdOut, patch),
    test: new PatchSet(test.samples, patch),
    testLabels: test.labels,
  };
}

/** All positions of a set, 0 … count − 1. */
export const everyImage = ({ count }: PatchSet): Int32Array => Int32Array.from({ length: count }, (_, i) => i);
