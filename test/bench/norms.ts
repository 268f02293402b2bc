import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { elementCount } from '../../src/checkpoints/checkpoint';
import { checkpointNorms } from '../../src/checkpoints/norms';
import { openCheckpoint } from '../../src/checkpoints/openCheckpoint';
import { nativeProduct } from '../../src/training/engine/nativeProduct';
import { nativeSingle } from '../../src/training/engine/nativeSingle';
import { middle, type Row } from './benchmark';
import { serve, Worker } from './worker';

const WIDTH = 768;
const BLOCKS = 12;
/** How NumPy's singular values are asked for, and ours / theirs beside NumPy 2.4 with OpenBLAS on one busy core with AVX-512, for machines without NumPy. */
const CALLS = { default: 0.05, thin: 0.12, values: 0.33 } as const;
type Call = keyof typeof CALLS;
const ROUNDS = 3;
const MEGABYTE = 2 ** 20;

type Shapes = readonly (readonly [name: string, shape: readonly number[]])[];

/** The weights of one block of a ViT-B: 7.1 million numbers. */
const blockShapes = (block: number): Shapes => [
  [`blocks.${block}.attn.qkv.weight`, [3 * WIDTH, WIDTH]],
  [`blocks.${block}.attn.proj.weight`, [WIDTH, WIDTH]],
  [`blocks.${block}.mlp.fc1.weight`, [4 * WIDTH, WIDTH]],
  [`blocks.${block}.mlp.fc2.weight`, [WIDTH, 4 * WIDTH]],
];

/** The tensors of a ViT-B/16 with a head of a thousand classes: 86.5 million numbers. */
const vitShapes = (): Shapes => [
  ['patch_embed.proj.weight', [WIDTH, 3, 16, 16]],
  ...Array.from({ length: BLOCKS }, (_, block) => blockShapes(block)).flat(),
  ['head.weight', [1000, WIDTH]],
];

/** Writes a checkpoint of random weights, tensor by tensor. */
async function writeCheckpoint(file: string, shapes: Shapes): Promise<void> {
  let end = 0;
  const header = JSON.stringify(
    Object.fromEntries(
      shapes.map(([name, shape]) => [name, { dtype: 'F32', shape, data_offsets: [end, (end += 4 * elementCount(shape))] }]),
    ),
  );
  const output = await open(file, 'w');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await output.write(Buffer.concat([length, Buffer.from(header)]));
  let state = 1;
  for (const [, shape] of shapes) {
    const values = new Float32Array(elementCount(shape));
    for (let at = 0; at < values.length; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      values[at] = state / 2 ** 36;
    }
    await output.write(Buffer.from(values.buffer));
  }
  await output.close();
}

/**
 * Spectral norms of a whole checkpoint, reading included, beside NumPy's singular values of the same tensors, reading excluded; and of one block, beside each way
 * to call NumPy's decomposition, which for all blocks would take many minutes.
 */
export async function normRows(threads: readonly number[], progress: (line: string) => void): Promise<readonly Row[]> {
  const python = ['python3', '/usr/bin/python3'].find(candidate => spawnSync(candidate, ['-c', 'import numpy']).status === 0);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'boundlens-bench-'));
  const [whole, block] = ['vit', 'block'].map(name => path.join(folder, `${name}.safetensors`)) as [string, string];
  try {
    await writeCheckpoint(whole, vitShapes());
    await writeCheckpoint(block, blockShapes(0));
    const rows: Row[] = [];
    for (const count of threads) {
      progress(`spectral norms of a ViT-B checkpoint with ${count} ${count === 1 ? 'thread' : 'threads'} …`);
      const { norms, peak } = await compare('certified spectral norms of ViT-B/16, 86.5 M', whole, count, 'values', python);
      rows.push(norms, {
        ...norms,
        work: 'the same, peak memory beside the limit',
        unit: 'MB',
        ours: peak,
        theirs: 600,
        ratio: ratio(peak, 600),
      });
      for (const call of Object.keys(CALLS) as Call[])
        rows.push((await compare('certified spectral norms of one of its blocks, 7.1 M', block, count, call, python)).norms);
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ratio = (ours: number, theirs: number): number => Math.round((ours / theirs) * 1e4) / 1e4;

/** Our norms of a checkpoint beside NumPy's by one way to call it, and the most memory that ours took, in MB. */
async function compare(
  work: string,
  file: string,
  threads: number,
  call: Call,
  python: string | undefined,
): Promise<{ readonly norms: Row; readonly peak: number }> {
  const options = ['theory', '--worker', `--threads=${threads}`, `--norms=${file}`];
  const mine = await Worker.start([process.execPath, __filename, ...options], {}, threads);
  const other =
    python && (await Worker.start([python, 'test/bench/norms_numpy.py', file, call], { OPENBLAS_NUM_THREADS: `${threads}` }, threads));
  try {
    let peak = 0;
    const rounds: { readonly ours: number; readonly theirs: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [ours, memory] = (await mine.steps(1)) as [number, number];
      peak = Math.max(peak, memory / MEGABYTE);
      rounds.push({ ours, theirs: other ? (await other.steps(1))[0]! : ours / CALLS[call] });
    }
    const { ours, theirs } = middle(rounds, round => round.ours / round.theirs);
    const peer = other ? String(other.greeting.peer) : `NumPy as recorded (${call})`;
    return { norms: { work, peer, threads, unit: 'ms', ours, theirs, ratio: ratio(ours, theirs) }, peak };
  } finally {
    mine.stop();
    if (other) other.stop();
  }
}

/** Serves our side in a process of its own: milliseconds, then bytes of peak memory. */
export async function serveNorms(file: string, threads: number): Promise<void> {
  const products = { product: await nativeProduct(threads), single: await nativeSingle(threads) };
  await serve(
    { peer: 'BoundLens' },
    async () => {
      const checkpoint = await openCheckpoint(file);
      await checkpointNorms(checkpoint, products);
      await checkpoint.close();
    },
    () => 1024 * process.resourceUsage().maxRSS,
  );
  process.exit();
}
