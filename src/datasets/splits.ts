import { ValueFault } from '../common/fault';
import { Random } from '../common/random';

/** What a study asks of its data; class numbers are those of the label files. */
export interface TaskChoice {
  /** Classes that pre-training sees; all when absent. */
  readonly pretrainingClasses?: readonly number[];
  readonly holdOut: number;
  readonly unlabelled: number;
  readonly task: { readonly positive: readonly number[]; readonly negative: readonly number[] };
  readonly labels: number;
}

/** Points of the binary task: indices into their file and labels +1 (positive classes) or −1. */
export interface LabelledIndices {
  readonly indices: Int32Array;
  readonly labels: Int8Array;
}

/**
 * Who may see which image. `labelled`, `unlabelled`, `pretraining` and `holdOut` are pairwise disjoint indices into the
 * training file; every certificate rests on that. `test` are indices into the test file.
 */
export interface TaskSplit {
  /** ⌈n/2⌉ positive and ⌊n/2⌋ negative points in random order. */
  readonly labelled: LabelledIndices;
  /** Images of the task's classes whose labels nobody looks at. */
  readonly unlabelled: Int32Array;
  /** All other images of the pre-training classes, in random order. */
  readonly pretraining: Int32Array;
  /** Drawn at random together with `pretraining`, so that both follow one law. */
  readonly holdOut: Int32Array;
  /** As many positive as negative points: certificate and test speak of the same class-balanced risk. */
  readonly test: LabelledIndices;
}

/**
 * Draws the split of one seed. A larger `labels` with the same seed only adds labelled points.
 * The sample is stratified by class; the kl and Clopper–Pearson inequalities stay true for it, because a sum of independent
 * Bernoulli variables is less spread than the binomial of the same mean (Hoeffding 1956).
 *
 * @param file the study, named in faults
 * @throws ValueFault when a pool is too small or a class does not occur
 */
export function splitTask(trainLabels: Uint8Array, testLabels: Uint8Array, choice: TaskChoice, seed: number, file: string): TaskSplit {
  const random = new Random(seed).fork('split');
  const { task } = choice;
  const inTask = membership([...task.positive, ...task.negative]);
  const inPretraining = choice.pretrainingClasses && membership(choice.pretrainingClasses);
  requireClasses(trainLabels, choice, file);

  const taken = new Uint8Array(trainLabels.length);
  const take = (indices: Int32Array) => {
    for (const index of indices) taken[index] = 1;
    return indices;
  };
  const free = (member: Uint8Array | undefined, label: string) =>
    shuffled(trainLabels.length, index => !taken[index] && (!member || member[trainLabels[index]!] === 1), random.fork(label));

  const labelled = balanced(trainLabels, task, choice.labels, random.fork('labelled'), pool => {
    throw new ValueFault(
      file,
      'data.labels',
      `asks for ${choice.labels} labelled points, half of each side, but the ${pool.side} classes have only ${pool.size} images`,
      'ask for fewer labels or add classes',
    );
  });
  take(labelled.indices);

  const downstream = free(inTask, 'unlabelled');
  if (downstream.length < choice.unlabelled)
    throw new ValueFault(
      file,
      'data.unlabelled',
      `asks for ${choice.unlabelled} unlabelled images of the task's classes, but only ${downstream.length} are left beside the labelled ones`,
      'ask for fewer',
    );
  const unlabelled = take(downstream.slice(0, choice.unlabelled));

  const rest = free(inPretraining, 'pre-training');
  if (rest.length <= choice.holdOut)
    throw new ValueFault(
      file,
      'data.holdOut',
      `keeps ${choice.holdOut} images away from pre-training, but only ${rest.length} are left for both`,
      'lower it or add pre-training classes',
    );
  return {
    labelled,
    unlabelled,
    pretraining: rest.slice(choice.holdOut),
    holdOut: rest.slice(0, choice.holdOut),
    test: balancedTest(testLabels, task, random.fork('test'), file),
  };
}

function balancedTest(labels: Uint8Array, task: TaskChoice['task'], random: Random, file: string): LabelledIndices {
  const count = (classes: readonly number[]) => {
    const member = membership(classes);
    return labels.reduce((sum, label) => sum + member[label]!, 0);
  };
  const each = Math.min(count(task.positive), count(task.negative));
  if (each === 0) throw new ValueFault(file, 'data.task', 'names classes that do not occur in the test labels', 'name classes that do');
  return balanced(labels, task, 2 * each, random, () => undefined);
}

interface Pool {
  readonly side: 'positive' | 'negative';
  readonly size: number;
}

/** ⌈count/2⌉ positive and ⌊count/2⌋ negative points, alternating, so that every even prefix is balanced too. */
function balanced(
  labels: Uint8Array,
  task: TaskChoice['task'],
  count: number,
  random: Random,
  tooSmall: (pool: Pool) => void,
): LabelledIndices {
  const sides = (['positive', 'negative'] as const).map(side => {
    const member = membership(task[side]);
    const pool = shuffled(labels.length, index => member[labels[index]!] === 1, random.fork(side));
    const wanted = side === 'positive' ? Math.ceil(count / 2) : Math.floor(count / 2);
    if (pool.length < wanted) tooSmall({ side, size: pool.length });
    return pool;
  });
  return {
    indices: Int32Array.from({ length: count }, (_, i) => sides[i % 2]![i >> 1]!),
    labels: Int8Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -1)),
  };
}

function requireClasses(labels: Uint8Array, choice: TaskChoice, file: string): void {
  const present = new Set(labels);
  const places: readonly (readonly [string, readonly number[]])[] = [
    ['data.task.positive', choice.task.positive],
    ['data.task.negative', choice.task.negative],
    ['data.pretrainingClasses', choice.pretrainingClasses ?? []],
  ];
  for (const [place, classes] of places) {
    const missing = classes.find(one => !present.has(one));
    if (missing !== undefined)
      throw new ValueFault(
        file,
        place,
        `names class ${missing}, which does not occur in the training labels`,
        `choose from ${[...present].sort((a, b) => a - b).join(', ')}`,
      );
  }
}

function membership(classes: readonly number[]): Uint8Array {
  const member = new Uint8Array(256);
  for (const one of classes) member[one] = 1;
  return member;
}

function shuffled(count: number, wanted: (index: number) => boolean, random: Random): Int32Array {
  return random.permutation(count).filter(wanted);
}
