import assert from 'node:assert/strict';
import { memorySamples } from '../../../src/datasets/samples';
import { PatchSet } from '../../../src/training/patches';

/** Two 2 × 4 images with two channels whose values tell image, row, column and channel. */
const values = Float32Array.from(
  [0, 1].flatMap(i => [0, 1].flatMap(r => [0, 1, 2, 3].flatMap(c => [0, 1].map(k => 1000 * i + 100 * r + 10 * c + k)))),
);
const samples = memorySamples({ count: 2, height: 2, width: 4, channels: 2 }, values);

describe('PatchSet', () => {
  const patches = new PatchSet(samples, 2);

  it('knows its shape', () => assert.deepEqual([patches.count, patches.tokens, patches.patchSize], [2, 2, 8]));

  it('orders patches over the image and values as row, column, channel', async () =>
    assert.deepEqual(
      [...(await patches.rows([1]))],
      [1000, 1001, 1010, 1011, 1100, 1101, 1110, 1111, 1020, 1021, 1030, 1031, 1120, 1121, 1130, 1131],
    ));

  it('takes images in the order asked for and pads with zeros', async () => {
    const rows = await patches.rows([1, 0], 3);
    assert.equal(rows.length, 3 * 16);
    assert.deepEqual([rows[0], rows[16], rows[32]], [1000, 0, 0]);
    assert.ok(rows.subarray(32).every(value => value === 0));
  });

  it('keeps every value of an image exactly once', async () =>
    assert.deepEqual(
      [...(await patches.rows([0, 1]))].sort((a, b) => a - b),
      [...values].sort((a, b) => a - b),
    ));

  it('refuses a patch that does not tile the image', () =>
    assert.throws(
      () => new PatchSet(samples, 3),
      /Patches of 3 × 3 do not tile images of 2 × 4: choose a patch that divides both sides\./,
    ));
});
