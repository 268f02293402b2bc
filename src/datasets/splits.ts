import { ValueFault } from '../common/fault';
import { Random } from '../common/random';
import { labelOf, mostLabels, taskClasses, type TaskChoice, type TaskClass } from './downstreamTask';

/** What a study asks of its data; class numbers are those of the data set. */
export interface SplitChoice {
  /** Classes that pre-training sees; all when absent. */
  readonly pretrainingClasses?: readonly number[];
  readonly holdOut: number;
  /** Most images that pre-training sees; all that are left when absent. */
  readonly pretrainingImages?: number;
  readonly unlabelled: number;
  readonly task: TaskChoice;
  /** Labelled points, or several budgets of them. */
  readonly labels: number | readonly number[];
}

/** What is known of each image of a set before any is looked at. */
export interface LabelledPool {
  readonly count: number;
  /** Class numbers from 0; absent where nobody knows them. */
  readonly labels?: ArrayLike<number> & Iterable<number>;
}

type Labels = NonNullable<LabelledPool['labels']>;

/** Points of the task: indices into their set, and for each +1 or −1 where the task has two classes, else its class from 0. */
export interface LabelledIndices {
  readonly indices: Int32Array;
  readonly labels: Int16Array;
}

/**
 * Who may see which image. `labelled`, `unlabelled`, `pretraining` and `holdOut` are pairwise disjoint indices into the training
 * set (the last two into the pool of unlabelled images where there is one); every certificate rests on that. `test` are indices
 * into the test set.
 */
export interface TaskSplit {
  /** How many classes the task has. */
  readonly classes: number;
  /** Class after class in turn, in random order within each: every prefix is as balanced as its length allows. */
  readonly labelled: LabelledIndices;
  /** Images of the task's classes whose labels nobody looks at. */
  readonly unlabelled: Int32Array;
  /** The other images of the pre-training classes, in random order, as many as the study allows. */
  readonly pretraining: Int32Array;
  /** Drawn at random together with `pretraining`, so that both follow one law. */
  readonly holdOut: Int32Array;
  /** Equally many points of each class: certificate and test speak of the same class-balanced risk. */
  readonly test: LabelledIndices;
}

/**
 * Draws the split of one seed. A larger `labels` with the same seed only adds labelled points.
 * The sample is stratified by class; the kl and Clopper–Pearson inequalities stay true for it, because a sum of independent
 * Bernoulli variables is less spread than the binomial of the same mean (Hoeffding 1956).
 *
 * @param trainLabels class numbers of the training set
 * @param file the study, named in faults
 * @param pool where pre-training and hold-out images come from; the rest of the training set when absent
 * @throws ValueFault when a pool is too small or a class does not occur
 */
export function splitTask(
  trainLabels: Labels,
  testLabels: Labels,
  choice: SplitChoice,
  seed: number,
  file: string,
  pool?: LabelledPool,
): TaskSplit {
  const random = new Random(seed).fork('split');
  const classes = taskClasses(choice.task, trainLabels);
  requireClasses(trainLabels, classes, choice, file, pool);

  const labels = mostLabels(choice.labels);
  if (labels < 2 * classes.length)
    throw new ValueFault(file, 'data.labels', `is ${labels}, fewer than two for each of ${classes.length} classes`, 'ask for more labels');
  const labelled = balanced(trainLabels, classes, labels, random.fork('labelled'), ({ name }, size) => {
    const shares = classes.length === 2 ? 'half of each side' : 'equally many of each class';
    const problem = `asks for ${labels} labelled points, ${shares}, but ${name} ${name.endsWith('classes') ? 'have' : 'has'} only ${size} images`;
    throw new ValueFault(file, 'data.labels', problem, 'ask for fewer labels or add classes');
  });

  const taken = new Set(labelled.indices);
  const free = (set: LabelledPool, members: readonly number[] | undefined, isTaken: ReadonlySet<number>, label: string) => {
    const wanted = members && new Set(members);
    return shuffled(set.count, index => !isTaken.has(index) && (!wanted || wanted.has(set.labels![index]!)), random.fork(label));
  };

  const train = { count: trainLabels.length, labels: trainLabels };
  const inTask = classes.flatMap(({ members }) => members);
  const downstream = free(train, inTask, taken, 'unlabelled');
  if (downstream.length < choice.unlabelled)
    throw new ValueFault(
      file,
      'data.unlabelled',
      `asks for ${choice.unlabelled} unlabelled images of the task's classes, but only ${downstream.length} are left beside the labelled ones`,
      'ask for fewer',
    );
  const unlabelled = downstream.slice(0, choice.unlabelled);
  for (const index of unlabelled) taken.add(index);

  const rest = free(pool ?? train, choice.pretrainingClasses, pool ? new Set() : taken, 'pre-training');
  if (rest.length <= choice.holdOut)
    throw new ValueFault(
      file,
      'data.holdOut',
      `keeps ${choice.holdOut} images away from pre-training, but only ${rest.length} are left for both`,
      'lower it or add pre-training classes',
    );
  return {
    classes: classes.length,
    labelled,
    unlabelled,
    pretraining: rest.slice(choice.holdOut, choice.pretrainingImages && choice.holdOut + choice.pretrainingImages),
    holdOut: rest.slice(0, choice.holdOut),
    test: balancedTest(testLabels, classes, random.fork('test'), file),
  };
}

function balancedTest(labels: Labels, classes: readonly TaskClass[], random: Random, file: string): LabelledIndices {
  const sizes = classes.map(({ members }) => countOf(labels, new Set(members)));
  const each = Math.min(...sizes);
  if (each === 0) throw new ValueFault(file, 'data.task', 'names classes that do not occur in the test labels', 'name classes that do');
  return balanced(labels, classes, classes.length * each, random, () => undefined);
}

/** `count` points, class after class in turn, so that every prefix of a multiple of the classes is balanced too. */
function balanced(
  labels: Labels,
  classes: readonly TaskClass[],
  count: number,
  random: Random,
  tooSmall: (one: TaskClass, size: number) => void,
): LabelledIndices {
  const pools = classes.map((one, index) => {
    const members = new Set(one.members);
    const stream = random.fork(classes.length === 2 ? ['positive', 'negative'][index]! : `class ${index}`);
    const pool = shuffled(labels.length, position => members.has(labels[position]!), stream);
    if (pool.length < Math.ceil((count - index) / classes.length)) tooSmall(one, pool.length);
    return pool;
  });
  return {
    indices: Int32Array.from({ length: count }, (_, i) => pools[i % classes.length]![Math.floor(i / classes.length)]!),
    labels: Int16Array.from({ length: count }, (_, i) => labelOf(i % classes.length, classes.length)),
  };
}

function requireClasses(labels: Labels, classes: readonly TaskClass[], choice: SplitChoice, file: string, pool?: LabelledPool): void {
  const present = new Set(labels);
  for (const { place, members } of classes) requirePresent(file, place, members, present, 'training labels');
  if (classes.length < 2)
    throw new ValueFault(file, 'data.task', 'leaves a single class', 'name at least two classes that occur in the training labels');
  if (!choice.pretrainingClasses) return;
  if (pool && !pool.labels)
    throw new ValueFault(
      file,
      'data.pretrainingClasses',
      'chooses among images that have no labels (data.unlabelledPool)',
      'remove it or give the pool its labels',
    );
  const [available, where] = pool?.labels ? [new Set(pool.labels), "pool's labels"] : [present, 'training labels'];
  requirePresent(file, 'data.pretrainingClasses', choice.pretrainingClasses, available, where);
}

/** How many classes a fault lists. */
const MOST_LISTED = 20;

function requirePresent(file: string, place: string, classes: readonly number[], present: ReadonlySet<number>, where: string): void {
  const missing = classes.find(one => !present.has(one));
  if (missing === undefined) return;
  const sorted = [...present].sort((a, b) => a - b);
  const listed = sorted.length > MOST_LISTED ? [...sorted.slice(0, MOST_LISTED), '…'] : sorted;
  throw new ValueFault(file, place, `names class ${missing}, which does not occur in the ${where}`, `choose from ${listed.join(', ')}`);
}

function countOf(labels: Labels, members: ReadonlySet<number>): number {
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (members.has(labels[i]!)) count++;
  return count;
}

function shuffled(count: number, wanted: (index: number) => boolean, random: Random): Int32Array {
  return random.permutation(count).filter(wanted);
}
