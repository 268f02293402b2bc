import { Stopped } from '../../common/fault';
import { Random } from '../../common/random';
import { columnMeans } from '../covariance';
import { gram, type GramFunction } from '../gram';
import { rowsAt, type Matrix } from '../matrix';
import { rowSpace } from '../rowSpace';
import { LABEL_FREE, SCORES, type ScoreName } from './catalogue';
import { energy } from './energy';
import { bhattacharyyaCoefficient } from './gbc';
import { jackknifeGroups, jackknifeInterval, rowsWithout, type Estimate } from './jackknife';
import { labelledFeatures, subset, type LabelledFeatures } from './labelledFeatures';
import { leep } from './leep';
import { crossValidated, FOLD_INFLATION, stratifiedRows } from './linearProbe';
import { Moments } from './moments';
import { mostProbable, negativeConditionalEntropy } from './nce';
import { NearestNeighbours } from './nearestNeighbour';
import { parc } from './parc';
import { sfda, type Surroundings } from './sfda';
import { fourthMoment, SPECTRAL, spectralScores } from './spectralScores';
import { transRate } from './transRate';

export interface TransferabilityInput {
  /** One row a point. */
  readonly features: Matrix;
  readonly labels: ArrayLike<number | bigint>;
  /** The source model's class probabilities, one row a point; without them LEEP and NCE are absent. */
  readonly sourceProbabilities?: Matrix;
  /** The source model's outputs before softmax, one row a point; without them the energy is that of the features. */
  readonly sourceLogits?: Matrix;
}

export interface TransferabilityScores {
  readonly scores: Readonly<Partial<Record<ScoreName, Estimate>>>;
  /** Why a score is absent, or on what part of the data it was computed. */
  readonly notes: Readonly<Partial<Record<ScoreName, string>>>;
}

export interface TransferabilityOptions {
  /** The same seed gives the same intervals. */
  readonly seed?: number;
  /** Makes the Gram matrices of large features. */
  readonly multiply?: GramFunction;
  readonly signal?: AbortSignal;
  readonly progress?: (fraction: number, label: string) => void;
}

/** Groups of the jack-knife, and those of a sample where each costs seconds. */
const GROUPS = 20;
const GROUPS_WHEN_DEAR = 10;
/** Multiplications of one round of moments and eigenvalues from which on it counts as dear. */
const DEAR = 5e8;
/** Points that PARC looks at, for its value and for its interval: it holds all their pairs. */
const PARC_POINTS = 4000;
const PARC_INTERVAL_POINTS = 500;
/** Multiplications that the nearest neighbours may cost before only some points are asked for theirs. */
const NEIGHBOUR_WORK = 3e10;
/** Points × dimensions × classes that the linear probe is fitted on. */
const PROBE_WORK = 1e7;

/** Everything that the parts of one evaluation share. */
interface Evaluation {
  readonly data: LabelledFeatures;
  /** The same points in a basis of their row space where there are fewer points than dimensions. */
  readonly reduced: LabelledFeatures;
  readonly surroundings: Surroundings;
  readonly groups: Int32Array;
  readonly groupCount: number;
  readonly multiply: GramFunction;
  readonly random: Random;
  readonly board: Board;
}

/** Collects scores and the reasons for those that are missing. */
class Board {
  readonly scores: Partial<Record<ScoreName, Estimate>> = {};
  readonly notes: Partial<Record<ScoreName, string>> = {};

  constructor(private readonly classes: number) {}

  note(name: ScoreName, text: string): void {
    this.notes[name] = text;
  }

  /** Records a score from its value and its values without each group; a RangeError on the way becomes the note. */
  async add(
    name: ScoreName,
    value: () => number | Promise<number>,
    leftOut: (value: number) => readonly number[] | Promise<readonly number[]>,
    share = 1,
  ): Promise<void> {
    try {
      if (this.classes < 2 && !LABEL_FREE.has(name)) throw new RangeError('needs points of at least two classes');
      const whole = await value();
      if (!Number.isFinite(whole)) throw new RangeError('The score is not a finite number on these points');
      this.scores[name] = { value: whole, interval: jackknifeInterval(whole, await leftOut(whole), { range: SCORES[name].range, share }) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.note(name, error.message);
    }
  }
}

/**
 * All transferability scores with 95 % intervals (docs/theory.md, transferability scores). A score that cannot be computed is absent, with the reason in `notes`.
 * Throws a RangeError when the input itself makes no sense: no points, other counts of labels than of rows, values that are not finite.
 */
export async function transferabilityScores(
  input: TransferabilityInput,
  options: TransferabilityOptions = {},
): Promise<TransferabilityScores> {
  const data = labelledFeatures(input.features, input.labels);
  const { rows, columns } = data.features;
  for (const other of [input.sourceProbabilities, input.sourceLogits])
    if (other && other.rows !== rows) throw new RangeError(`${other.rows} rows of the source model for ${rows} rows of features`);
  const random = new Random(options.seed ?? 0);
  const small = Math.min(rows, columns);
  const dear = small ** 2 * (rows + 8 * small) > DEAR;
  const groupCount = Math.min(rows, dear ? GROUPS_WHEN_DEAR : GROUPS);
  const groups = jackknifeGroups(data, groupCount, random.fork('groups'));
  const basis = rows < columns ? rowSpace(data.features) : undefined;
  const evaluation: Evaluation = {
    data,
    reduced: basis ? { ...data, features: basis.coordinates } : data,
    surroundings: { dimensions: columns, ones: basis?.ones ?? new Float64Array(columns).fill(1) },
    groups,
    groupCount,
    multiply: options.multiply ?? gram,
    random,
    board: new Board(data.classes),
  };
  const parts: readonly (readonly [label: string, weight: number, run: () => Promise<void>])[] = [
    ['source model', 1, () => addSourceScores(evaluation, input)],
    ['class overlap', 1, () => addOverlap(evaluation)],
    ['spectra', 6, () => addSpectral(evaluation)],
    ['discriminant', 4, () => addDiscriminant(evaluation)],
    ['pairs of points', 4, () => addPairwise(evaluation)],
    ['linear probe', 4, () => addLinearProbe(evaluation)],
  ];
  const total = parts.reduce((sum, [, weight]) => sum + weight, 0);
  let done = 0;
  for (const [label, weight, run] of parts) {
    if (options.signal?.aborted) throw new Stopped();
    options.progress?.(done / total, label);
    await run();
    done += weight;
  }
  return inOrder(evaluation.board);
}

/** Scores and notes in the order of the catalogue. */
function inOrder({ scores, notes }: Board): TransferabilityScores {
  const names = Object.keys(SCORES) as ScoreName[];
  const ordered = <T>(record: Readonly<Partial<Record<ScoreName, T>>>) =>
    Object.fromEntries(names.flatMap(name => (record[name] === undefined ? [] : [[name, record[name]]]))) as Partial<Record<ScoreName, T>>;
  return { scores: ordered(scores), notes: ordered(notes) };
}

/** The values of a function of the remaining rows, for each group that is left out; NaN where it cannot be computed. */
function leavingOut({ groups, groupCount }: Evaluation, value: (rows: Int32Array) => number): number[] {
  return Array.from({ length: groupCount }, (_, group) => orNaN(() => value(rowsWithout(groups, group))));
}

function orNaN(value: () => number): number {
  try {
    return value();
  } catch (error) {
    if (error instanceof RangeError) return NaN;
    throw error;
  }
}

async function addSourceScores(evaluation: Evaluation, { sourceProbabilities, sourceLogits }: TransferabilityInput): Promise<void> {
  const { data, board } = evaluation;
  const inputs = sourceLogits ?? data.features;
  await board.add(
    'energy',
    () => energy(inputs),
    () => leavingOut(evaluation, rows => energy(rowsAt(inputs, rows))),
  );
  if (!sourceLogits) board.note('energy', 'taken over the features, as no source logits are given');
  if (!sourceProbabilities) {
    for (const name of ['leep', 'nce'] as const) board.note(name, 'needs the source model’s class probabilities');
    return;
  }
  const sourceOf = mostProbable(sourceProbabilities);
  const at = (values: Int32Array, rows: Int32Array) => Int32Array.from(rows, i => values[i]!);
  await board.add(
    'leep',
    () => leep(sourceProbabilities, data.classOf, data.classes),
    () => leavingOut(evaluation, rows => leep(rowsAt(sourceProbabilities, rows), at(data.classOf, rows), data.classes)),
  );
  await board.add(
    'nce',
    () => negativeConditionalEntropy(sourceOf, data.classOf),
    () => leavingOut(evaluation, rows => negativeConditionalEntropy(at(sourceOf, rows), at(data.classOf, rows))),
  );
}

async function addOverlap(evaluation: Evaluation): Promise<void> {
  const { data, board } = evaluation;
  for (const [name, shape] of [
    ['gbc', 'spherical'],
    ['gbcDiagonal', 'diagonal'],
  ] as const)
    await board.add(
      name,
      () => bhattacharyyaCoefficient(data, shape),
      () => leavingOut(evaluation, rows => bhattacharyyaCoefficient(subset(data, rows), shape)),
    );
}

async function addSpectral(evaluation: Evaluation): Promise<void> {
  const { reduced, groups, groupCount, surroundings, multiply, board } = evaluation;
  const origin = columnMeans(reduced.features);
  const whole = await Moments.of(reduced, Int32Array.from(groups.keys()), origin, multiply);
  const scores = spectralScores(whole, surroundings.dimensions, fourthMoment(reduced.features, origin));
  const leftOut = SPECTRAL.map((): number[] => []);
  const rates: number[] = [];
  for (let group = 0; group < groupCount; group++) {
    const members = Int32Array.from(groups.keys()).filter(i => groups[i] === group);
    const rest = whole.minus(await Moments.of(reduced, members, origin, multiply));
    const remaining = subset(reduced, rowsWithout(groups, group));
    const mean = columnMeans(remaining.features);
    const without = spectralScores(rest, surroundings.dimensions, fourthMoment(remaining.features, mean));
    SPECTRAL.forEach((name, k) => leftOut[k]!.push(orNaN(without[name])));
    rates.push(orNaN(() => transRate(remaining, mean, rest.scatter())));
  }
  for (const [k, name] of SPECTRAL.entries()) await board.add(name, scores[name], () => leftOut[k]!);
  await board.add(
    'transRate',
    () => transRate(reduced, origin, whole.scatter()),
    () => rates,
  );
}

async function addDiscriminant({ reduced, surroundings, groups, groupCount, multiply, board }: Evaluation): Promise<void> {
  await board.add(
    'sfda',
    () => sfda(reduced, surroundings, multiply),
    async () => {
      const values: number[] = [];
      for (let group = 0; group < groupCount; group++)
        values.push(await sfda(subset(reduced, rowsWithout(groups, group)), surroundings, multiply));
      return values;
    },
  );
}

async function addPairwise(evaluation: Evaluation): Promise<void> {
  const { data, reduced, groups, groupCount, random, board } = evaluation;
  const { rows, columns } = reduced.features;
  const sample = stratifiedRows(data, PARC_POINTS, random.fork('PARC'));
  const interval = stratifiedRows(data, PARC_INTERVAL_POINTS, random.fork('PARC interval'));
  if (sample.length < rows) board.note('parc', `computed on ${sample.length} of ${rows} points`);
  const few = subset(data, interval);
  const fewGroups = jackknifeGroups(few, groupCount, random.fork('PARC groups'));
  await board.add(
    'parc',
    () => parc(subset(data, sample)),
    () => leavingOut({ ...evaluation, groups: fewGroups }, kept => parc(subset(few, kept))),
    interval.length / sample.length,
  );
  const asked = stratifiedRows(data, Math.max(1000, Math.floor(NEIGHBOUR_WORK / (rows * columns))), random.fork('neighbours'));
  if (asked.length < rows) board.note('knn', `computed on ${asked.length} of ${rows} points, each against all others`);
  const neighbours = new NearestNeighbours(reduced, groups, groupCount, asked);
  await board.add(
    'knn',
    () => neighbours.accuracy(),
    () => Array.from({ length: groupCount }, (_, group) => neighbours.accuracy(group)),
  );
}

async function addLinearProbe({ reduced, groupCount, random, board }: Evaluation): Promise<void> {
  const { rows, columns } = reduced.features;
  const chosen = stratifiedRows(reduced, Math.floor(PROBE_WORK / (columns * reduced.classes)), random.fork('probe'));
  if (chosen.length < rows) board.note('linearProbe', `computed on ${chosen.length} of ${rows} points`);
  const data = subset(reduced, chosen);
  const right = crossValidated(data, random.fork('folds'));
  const groups = jackknifeGroups(data, groupCount, random.fork('probe groups'));
  const accuracy = (without?: number) => {
    const tested = right.filter((answer, i) => answer !== undefined && (without === undefined || groups[i] !== without));
    if (tested.length === 0) throw new RangeError('No class has two points');
    return tested.filter(Boolean).length / tested.length;
  };
  await board.add(
    'linearProbe',
    () => accuracy(),
    () => Array.from({ length: groupCount }, (_, group) => orNaN(() => accuracy(group))),
    FOLD_INFLATION,
  );
}
