import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Checkpoint } from '../../../src/checkpoints/checkpoint';
import { checkpointNorms } from '../../../src/checkpoints/norms';
import { plainProduct } from '../../../src/theory/weights/products';
import { STREAM_LIMITS } from '../../../src/theory/weights/streamedGram';
import { withCheckpoint } from './fixtures';

const MEGABYTE = 2 ** 20;
const TENSORS = 16;
const TENSOR_BYTES = 64 * MEGABYTE;
/** What reading may take at a time, a fraction of the file: a few chunks of 4 MB, and those that wait to be collected. */
const MOST_GROWTH = 2.5 * TENSOR_BYTES;

/** A safetensors file of zeros that takes no room on the disk: vectors, and a matrix whose smaller side is 4. */
async function writeSparse(file: string): Promise<void> {
  const count = TENSOR_BYTES / 4;
  const entries = Array.from({ length: TENSORS }, (_, i) => [
    `tensor${i}`,
    { dtype: 'F32', shape: i === 0 ? [count / 4, 4] : [count], data_offsets: [i * TENSOR_BYTES, (i + 1) * TENSOR_BYTES] },
  ]);
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const output = await open(file, 'w');
  await output.write(Buffer.concat([length, header]));
  await output.truncate(8 + header.length + TENSORS * TENSOR_BYTES);
  await output.close();
}

describe('memory for a checkpoint', () => {
  it('depends on its tensors and not on its size', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-memory-'));
    const file = path.join(folder, 'sparse.safetensors');
    try {
      await writeSparse(file);
      await withCheckpoint(file, async checkpoint => {
        const before = process.memoryUsage().arrayBuffers;
        let peak = 0;
        const watched = {
          ...checkpoint,
          file: checkpoint.file,
          format: checkpoint.format,
          tensors: checkpoint.tensors,
          read: checkpoint.read.bind(checkpoint),
          close: checkpoint.close.bind(checkpoint),
          async *chunks(name: string) {
            for await (const values of checkpoint.chunks(name)) {
              peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
              yield values;
            }
          },
        };
        const { tensors } = await checkpointNorms(watched, { product: plainProduct });
        assert.equal(tensors.length, TENSORS);
        assert.deepEqual(tensors[0]!.spectral, { lower: 0, upper: 0, of: 'operator' });
        assert.ok(
          peak > 0 && peak < MOST_GROWTH,
          `${Math.round(peak / MEGABYTE)} MB for a file of ${(TENSORS * TENSOR_BYTES) / MEGABYTE} MB`,
        );
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is one array of values for a matrix that is read in passes', () =>
    withCheckpoint('test/fixtures/checkpoints/mlp/model.safetensors', async checkpoint => {
      const inChunks: string[] = [];
      const rooms = new Map<string, Set<ArrayBufferLike>>();
      const watched: Checkpoint = {
        file: checkpoint.file,
        format: checkpoint.format,
        tensors: checkpoint.tensors,
        read: checkpoint.read.bind(checkpoint),
        close: checkpoint.close.bind(checkpoint),
        chunks(name) {
          inChunks.push(name);
          return checkpoint.chunks(name);
        },
        async fill(name, into, signal, from) {
          rooms.set(name, (rooms.get(name) ?? new Set()).add(into.buffer));
          return checkpoint.fill!(name, into, signal, from);
        },
      };
      const options = { product: plainProduct, limits: { bytes: 0, stream: STREAM_LIMITS } };
      const found = await checkpointNorms(watched, options);
      const matrices = checkpoint.tensors.filter(({ shape }) => shape.length === 2).map(({ name }) => name);
      assert.deepEqual([...rooms.keys()], matrices);
      assert.ok(matrices.length > 1 && !inChunks.some(name => matrices.includes(name)), inChunks.join(', '));
      // One for the norms of entries, one for the Gram matrix.
      assert.deepEqual(
        [...rooms.values()].map(({ size }) => size),
        matrices.map(() => 2),
      );
      const chunked = { ...watched, fill: () => Promise.resolve(false) };
      assert.deepEqual(found, await checkpointNorms(chunked, options));
    }));
});
