import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from 'jpeg-js';
import { gzipSync } from 'node:zlib';
import { Fault } from '../../../src/common/fault';
import { Random } from '../../../src/common/random';
import { openDataSource, type SourceChoice } from '../../../src/datasets/openDataSource';
import { idxBytes } from '../support/idxBytes';
import { mutated } from '../support/mutated';
import { npyBytes } from '../support/npyBytes';
import { pngBytes, plainPng } from '../support/pngBytes';
import { temporaryFolder } from '../support/temporaryFolder';
import { zipBytes } from '../support/zipBytes';

const ROUNDS = 250;
/** Far above what any of these files needs, far below what a size taken at its word would. */
const MOST_BYTES = 400 << 20;

const noise = (length: number) => Uint8Array.from({ length }, (_, i) => (i * i * 31 + 7 * i) % 256);
const labels = Uint8Array.from({ length: 12 }, (_, i) => i % 3);
const npz = { 'images.npy': npyBytes([12, 5, 5], noise(300), '|u1'), 'labels.npy': npyBytes([12], labels, '<i4') };
const jpeg = encode({ width: 16, height: 12, data: Buffer.from(noise(16 * 12 * 4)) }, 80).data;

/** What is mutated, and the set that it belongs to. */
const TARGETS: readonly (readonly [file: string, content: Uint8Array, choice: (folder: string) => SourceChoice])[] = [
  ['i.idx', idxBytes([12, 5, 5], noise(300)), folder => ({ images: path.join(folder, 'i.idx'), labels: path.join(folder, 'l.idx') })],
  [
    'i.idx.gz',
    gzipSync(idxBytes([12, 5, 5], noise(300))),
    folder => ({ images: path.join(folder, 'i.idx.gz'), labels: path.join(folder, 'l.idx') }),
  ],
  ['l.idx', idxBytes([12], labels), folder => ({ images: path.join(folder, 'i.idx'), labels: path.join(folder, 'l.idx') })],
  [
    'test_batch.bin',
    Uint8Array.from({ length: 2 * 3073 }, (_, i) => (i % 3073 === 0 ? 3 : i)),
    folder => ({ format: 'cifar10', path: path.join(folder, 'test_batch.bin') }),
  ],
  ['train_y.bin', Uint8Array.of(1), folder => ({ format: 'stl10', path: path.join(folder, 'train_X.bin') })],
  ['a.npz', zipBytes(npz), folder => ({ format: 'npz', path: path.join(folder, 'a.npz'), images: 'images', labels: 'labels' })],
  ['d.npz', zipBytes(npz, true), folder => ({ format: 'npz', path: path.join(folder, 'd.npz'), images: 'images', labels: 'labels' })],
  [
    'i.npy',
    npyBytes(
      [4, 3, 3],
      noise(36).map(value => value / 255),
      '<f4',
    ),
    folder => ({ format: 'npy', images: path.join(folder, 'i.npy') }),
  ],
  [
    't.csv',
    Buffer.from(`a,b,kind\n${[...labels].map((label, i) => `${i},"${i / 7}",k${label}`).join('\n')}\n`),
    folder => ({ format: 'csv', path: path.join(folder, 't.csv'), label: 'kind' }),
  ],
  ['png/x/a.png', plainPng(9, 7, 3, i => (i * 5) % 256), folder => ({ format: 'image folder', path: path.join(folder, 'png') })],
  [
    'pal/x/a.png',
    pngBytes(
      9,
      7,
      noise(21).map((value, i) => (i % 3 === 0 ? 0 : value)),
      { depth: 1, colourType: 3, palette: [1, 2, 3, 4, 5, 6] },
    ),
    folder => ({ format: 'image folder', path: path.join(folder, 'pal') }),
  ],
  ['jpg/x/a.jpg', jpeg, folder => ({ format: 'image folder', path: path.join(folder, 'jpg') })],
];

/** Opens a set and reads all of it; whether it was read, or refused by a `Fault`. Anything else is rethrown. */
async function outcome(choice: SourceChoice): Promise<'read' | 'refused'> {
  try {
    const source = await openDataSource(choice, choice.format === 'stl10' ? 'train' : 'unlabelled');
    try {
      const values = await source.read(Array.from({ length: source.count }, (_, i) => i));
      assert.equal(values.length, source.count * source.height * source.width * source.channels);
      assert.ok(
        values.every(value => Number.isFinite(value) && (source.tabular || (value >= 0 && value <= 1))),
        'values in [0, 1]',
      );
      assert.ok(!source.labels || source.labels.length === source.count);
    } finally {
      await source.close();
    }
    return 'read';
  } catch (error) {
    if (error instanceof Fault) return 'refused';
    throw error;
  }
}

describe('mutated data sets', () => {
  const folder = temporaryFolder();

  for (const [file, content, choice] of TARGETS)
    it(`are read or refused with a sentence, and take little memory: ${file}`, async () => {
      for (const [name, bytes] of [...TARGETS, ['train_X.bin', new Uint8Array(27_648)] as const]) {
        mkdirSync(path.dirname(folder.file(name)), { recursive: true });
        writeFileSync(folder.file(name), bytes);
      }
      const random = new Random(`data sets/${file}`);
      const original = readFileSync(folder.file(file));
      assert.equal(await outcome(choice(folder.path)), 'read', 'the file itself is sound');
      const outcomes = { read: 0, refused: 0 };
      for (let round = 0; round < ROUNDS; round++) {
        writeFileSync(folder.file(file), mutated(original, random));
        const before = process.memoryUsage();
        try {
          outcomes[await outcome(choice(folder.path))]++;
        } catch (error) {
          assert.fail(`mutation ${round}: ${error instanceof Error ? error.stack : String(error)}`);
        }
        const after = process.memoryUsage();
        assert.ok(
          after.arrayBuffers - before.arrayBuffers < MOST_BYTES,
          `mutation ${round} took ${after.arrayBuffers - before.arrayBuffers} bytes`,
        );
      }
      assert.equal(outcomes.read + outcomes.refused, ROUNDS);
      assert.ok(outcomes.refused > ROUNDS / 20, JSON.stringify(outcomes));
      assert.equal(content.length, original.length);
    });
});
