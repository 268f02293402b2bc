import { spawnSync } from 'node:child_process';
import { gramByProduct } from '../../src/theory/gramByProduct';
import { labelledFeatures, type LabelledFeatures } from '../../src/theory/scores/labelledFeatures';
import { logMeOf } from '../../src/theory/scores/logMe';
import { nativeProduct } from '../../src/training/engine/nativeProduct';
import { median, middle, type Row } from './benchmark';
import { serve, Worker } from './worker';

const POINTS = 10_000;
const DIMENSIONS = 768;
const CLASSES = 100;
const WORK = `LogME ${POINTS.toLocaleString('en')} × ${DIMENSIONS}, ${CLASSES} classes`;

const ROUNDS = 3;
const STEPS = 2;
/** How far the two scores may be apart: the published fixed point stops at 10⁻³ of its ratio and adds 10⁻⁵ to two sums. */
const AGREEMENT = 1e-4;
/** ours / theirs by threads, beside NumPy 2.4.6 with OpenBLAS on two busy processors with AVX-512, for machines without NumPy. */
const RECORDED: Readonly<Record<number, number>> = { 1: 0.89, 2: 0.45 };

/** LogME beside the published algorithm in NumPy, with one and with two threads; without NumPy, beside the ratio that was recorded with it. */
export async function scoreRows(threads: readonly number[], progress: (line: string) => void): Promise<readonly Row[]> {
  const python = ['python3', '/usr/bin/python3'].find(candidate => spawnSync(candidate, ['-c', 'import numpy']).status === 0);
  const rows: Row[] = [];
  for (const count of threads) {
    progress(`${WORK} with ${count} ${count === 1 ? 'thread' : 'threads'} …`);
    rows.push(await compare(count, python));
  }
  return rows;
}

/** Serves our side in a process of its own. */
export async function serveScores(threads: number): Promise<void> {
  const data = madeData();
  const multiply = gramByProduct(await nativeProduct(threads));
  await serve({ peer: 'BoundLens', score: await logMeOf(data, multiply) }, () => logMeOf(data, multiply));
  process.exit();
}

/** Features that both sides can make: fractions of a steep sine, with every hundredth dimension raised for its class. */
function madeData(): LabelledFeatures {
  const values = new Float64Array(POINTS * DIMENSIONS);
  for (let at = 0; at < values.length; at++) {
    const wave = Math.sin(at + 1) * 43758.5453;
    const own = Math.floor(at / DIMENSIONS) % CLASSES === (at % DIMENSIONS) % CLASSES;
    values[at] = wave - Math.floor(wave) + (own ? 0.5 : 0);
  }
  const labels = Int32Array.from({ length: POINTS }, (_, i) => i % CLASSES);
  return labelledFeatures({ rows: POINTS, columns: DIMENSIONS, values }, labels);
}

async function compare(threads: number, python: string | undefined): Promise<Row> {
  const mine = await Worker.start([process.execPath, __filename, 'theory', '--worker', `--threads=${threads}`], {}, threads);
  const other =
    python === undefined
      ? undefined
      : await Worker.start([python, 'test/bench/scores_numpy.py'], { OPENBLAS_NUM_THREADS: `${threads}` }, threads);
  try {
    if (!other) {
      const ours = median(await mine.steps(STEPS));
      return row(threads, 'NumPy as recorded', ours, ours / RECORDED[threads]!);
    }
    const [left, right] = [mine, other].map(side => Number(side.greeting.score));
    if (!(Math.abs(left! - right!) < AGREEMENT * Math.abs(right!))) throw new Error(`LogME is ${left} here and ${right} there`);
    const rounds: { readonly ours: number; readonly theirs: number }[] = [];
    for (let round = 0; round < ROUNDS; round++)
      rounds.push({ ours: median(await mine.steps(STEPS)), theirs: median(await other.steps(STEPS)) });
    const typical = middle(rounds, ({ ours, theirs }) => ours / theirs);
    return row(threads, String(other.greeting.peer), typical.ours, typical.theirs);
  } finally {
    mine.stop();
    other?.stop();
  }
}

const row = (threads: number, peer: string, ours: number, theirs: number): Row => ({
  work: WORK,
  peer,
  threads,
  unit: 'ms',
  ours,
  theirs,
  ratio: Math.round((ours / theirs) * 1e4) / 1e4,
});
