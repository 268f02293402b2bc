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
/** ours / theirs in processor time beside NumPy 1.24 and 2.4 with OpenBLAS on one busy core with AVX-512, for machines without NumPy. */
const RECORDED = 0.33;
const ROUNDS = 3;
const MEGABYTE = 2 ** 20;

/** The tensors of a ViT-B/16 with a head of a thousand classes: 86.5 million numbers. */
function vitShapes(): [name: string, shape: number[]][] {
  const shapes: [string, number[]][] = [['patch_embed.proj.weight', [WIDTH, 3, 16, 16]]];
  for (let block = 0; block < BLOCKS; block++)
    shapes.push(
      [`blocks.${block}.attn.qkv.weight`, [3 * WIDTH, WIDTH]],
      [`blocks.${block}.attn.proj.weight`, [WIDTH, WIDTH]],
      [`blocks.${block}.mlp.fc1.weight`, [4 * WIDTH, WIDTH]],
      [`blocks.${block}.mlp.fc2.weight`, [WIDTH, 4 * WIDTH]],
    );
  return [...shapes, ['head.weight', [1000, WIDTH]]];
}

/** Writes a checkpoint of random weights, tensor by tensor. */
async function writeCheckpoint(file: string): Promise<void> {
  const shapes = vitShapes();
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

/** Spectral norms of a whole checkpoint, reading included, beside NumPy's singular values of the same tensors, reading excluded. */
export async function normRows(threads: readonly number[], progress: (line: string) => void): Promise<readonly Row[]> {
  const python = ['python3', '/usr/bin/python3'].find(candidate => spawnSync(candidate, ['-c', 'import numpy']).status === 0);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'boundlens-bench-'));
  const file = path.join(folder, 'vit.safetensors');
  try {
    await writeCheckpoint(file);
    const rows: Row[] = [];
    for (const count of threads) {
      progress(`spectral norms of a ViT-B checkpoint with ${count} ${count === 1 ? 'thread' : 'threads'} …`);
      rows.push(...(await compare(file, count, python)));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function compare(file: string, threads: number, python: string | undefined): Promise<Row[]> {
  const options = ['theory', '--worker', `--threads=${threads}`, `--norms=${file}`];
  const mine = await Worker.start([process.execPath, __filename, ...options], {}, threads);
  const other =
    python && (await Worker.start([python, 'test/bench/norms_numpy.py', file], { OPENBLAS_NUM_THREADS: `${threads}` }, threads));
  try {
    let peak = 0;
    const rounds: { readonly ours: number; readonly theirs: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [ours, memory] = (await mine.steps(1)) as [number, number];
      peak = Math.max(peak, memory);
      rounds.push({ ours, theirs: other ? (await other.steps(1))[0]! : ours / RECORDED });
    }
    const { ours, theirs } = middle(rounds, round => round.ours / round.theirs);
    const peer = other ? String(other.greeting.peer) : 'NumPy as recorded';
    const row = (work: string, unit: string, own: number, against: number): Row => ({
      work,
      peer,
      threads,
      unit,
      ours: own,
      theirs: against,
      ratio: Math.round((own / against) * 1e4) / 1e4,
    });
    return [
      row('certified spectral norms of ViT-B/16, 86.5 M', 'ms', ours, theirs),
      row('the same, peak memory beside the limit', 'MB', peak / MEGABYTE, 600),
    ];
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
