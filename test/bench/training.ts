import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { UsageFault } from '../../src/common/fault';
import { LARGE_PAGES, TRAINER_OPTIONS } from '../../src/runs/launch';
import type { EngineName } from '../../src/training/engine/engine';
import { createEngine } from '../../src/training/engine/select';
import { median, middle, part, type Benchmark, type Row } from './benchmark';
import { MODELS, type ModelName } from './models';
import { serve, Worker } from './worker';

const LEARNING_RATE = 1e-3;
const THREADS = [1, 2];

interface Peer {
  readonly rounds: number;
  readonly steps: number;
  readonly warmUp: number;
  readonly start: (model: ModelName, threads: number) => Promise<Worker>;
}

/** Training steps of our engine beside PyTorch's where there is a Python with it, else beside TensorFlow.js' own CPU backend. */
export const training: Benchmark = {
  summary:
    'milliseconds and memory of training steps beside PyTorch: mlp, vit64, vit128, conv, 1 and 2 threads [--model=NAME] [--threads=K]',
  seconds: 180,

  async run(options, progress) {
    const models = chosen(options, 'model', Object.keys(MODELS) as ModelName[]);
    const threads = chosen(options, 'threads', THREADS);
    const python = pythonWithTorch();
    if (python === undefined) progress('No Python here has PyTorch, so TensorFlow.js on the CPU is the peer.');
    const rows: Row[] = [];
    for (const count of python === undefined ? [1] : threads)
      for (const model of models) {
        progress(`${model} with ${count} ${count === 1 ? 'thread' : 'threads'} …`);
        const peer = python === undefined ? EAGER : pytorch(python);
        rows.push(...(await part(`${model} with ${count} threads`, () => compare(model, count, peer), progress)));
      }
    return rows;
  },

  async work(options) {
    const [model] = chosen(options, 'model', Object.keys(MODELS) as ModelName[]);
    const [threads] = chosen(options, 'threads', THREADS);
    const name = (options.find(option => option.startsWith('--engine='))?.slice('--engine='.length) ?? 'native') as EngineName;
    const engine = await createEngine({ name, threads, assets: 'dist' });
    const { feeds, parameters, ...spec } = MODELS[model!]();
    const step = await engine.trainingStep({ ...spec, parameters, optimiser: { kind: 'adam' } });
    await step.run(feeds, LEARNING_RATE);
    await serve(
      { peer: name === 'reference' ? `TensorFlow.js ${tf.version_core} on the CPU` : `${name} engine`, parameters: parameters.count },
      () => step.run(feeds, LEARNING_RATE),
    );
    engine.dispose();
    process.exit();
  },
};

const ours = (model: ModelName, threads: number, engine: EngineName) =>
  Worker.start(
    [
      process.execPath,
      ...TRAINER_OPTIONS,
      __filename,
      'training',
      '--worker',
      `--model=${model}`,
      `--threads=${threads}`,
      `--engine=${engine}`,
    ],
    LARGE_PAGES,
    threads,
  );

/** Steps of 5 to 15 seconds: one is enough to see a factor of hundreds. */
const EAGER: Peer = { rounds: 1, steps: 1, warmUp: 0, start: model => ours(model, 1, 'reference') };

/** PyTorch at its best: OpenBLAS with AVX-512 where the processor has it, threads that sleep while they wait. */
function pytorch(python: string): Peer {
  const environment: NodeJS.ProcessEnv = {
    OMP_WAIT_POLICY: 'passive',
    ...(hasAvx512() ? { OPENBLAS_CORETYPE: 'SkylakeX' } : {}),
  };
  const start = (model: ModelName, threads: number) =>
    Worker.start([python, 'test/bench/training_pytorch.py', model, `${threads}`], environment, threads);
  return { rounds: 5, steps: 9, warmUp: 2, start };
}

/** Interleaves rounds of both sides, whoever goes first changing; reports the round whose ratio is the median, and the most memory of either. */
async function compare(model: ModelName, threads: number, peer: Peer): Promise<Row[]> {
  const mine = await ours(model, threads, 'native');
  const other = await peer.start(model, threads);
  try {
    if (mine.greeting.parameters !== other.greeting.parameters)
      throw new Error(`${model} has ${String(mine.greeting.parameters)} parameters here and ${String(other.greeting.parameters)} there`);
    for (const side of [mine, other]) if (peer.warmUp) await side.steps(peer.warmUp);
    const rounds: { ours: number; theirs: number }[] = [];
    for (let round = 0; round < peer.rounds; round++) {
      const first = round % 2 === 0 ? mine : other;
      const second = first === mine ? other : mine;
      const times = new Map([[first, median(await first.steps(peer.steps))]]);
      times.set(second, median(await second.steps(peer.steps)));
      const [left, right] = [times.get(mine)!, times.get(other)!];
      rounds.push({ ours: left, theirs: right });
    }
    const typical = middle(rounds, round => round.ours / round.theirs);
    const name = String(other.greeting.peer);
    const [memory, theirMemory] = [mine.peakMemory(), other.peakMemory()];
    return [
      row(`training step of ${model}`, name, threads, 'ms', typical.ours, typical.theirs),
      ...(memory && theirMemory ? [row(`peak memory of ${model}`, name, threads, 'MiB', memory, theirMemory)] : []),
    ];
  } finally {
    mine.stop();
    other.stop();
  }
}

/** What is printed is rounded to thousandths, and the ratio is that of the printed numbers. */
function row(work: string, peer: string, threads: number, unit: string, ours: number, theirs: number): Row {
  const [left, right] = [Math.round(ours * 1e3) / 1e3, Math.round(theirs * 1e3) / 1e3];
  return { work, peer, threads, unit, ours: left, theirs: right, ratio: Math.round((left / right) * 1e4) / 1e4 };
}

function pythonWithTorch(): string | undefined {
  return ['python3', '/usr/bin/python3'].find(python => spawnSync(python, ['-c', 'import torch']).status === 0);
}

function hasAvx512(): boolean {
  try {
    return /\bavx512f\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}

/** The values that an option narrows a list to. */
function chosen<T extends string | number>(options: readonly string[], name: string, all: readonly T[]): readonly T[] {
  const given = options.find(option => option.startsWith(`--${name}=`))?.slice(name.length + 3);
  if (given === undefined) return all;
  const found = all.filter(value => `${value}` === given);
  if (!found.length) throw new UsageFault(`--${name}=${given} is not known`, `choose one of ${all.join(', ')}`);
  return found;
}
