import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { drawMasks, visibleCount } from '../../../src/training/objectives/masks';

describe('visibleCount', () => {
  const cases = [
    { tokens: 16, ratio: 0.75, expected: 4, why: 'a quarter of 16' },
    { tokens: 49, ratio: 0.75, expected: 12, why: 'rounded' },
    { tokens: 16, ratio: 0.99, expected: 1, why: 'one patch is always seen' },
    { tokens: 16, ratio: 0.01, expected: 15, why: 'one patch is always masked' },
  ];
  for (const { tokens, ratio, expected, why } of cases) it(why, () => assert.equal(visibleCount(tokens, ratio), expected));
});

describe('drawMasks', () => {
  it('shows exactly the right number of patches of every image, each patch either visible or masked', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 29 }),
        fc.integer(),
        (images, tokens, some, seed) => {
          const visible = Math.min(some, tokens - 1);
          const masks = drawMasks(new Random(seed), images, tokens, visible);
          assert.equal(masks.visible.length, images * visible);
          for (let image = 0; image < images; image++) {
            const rows = masks.visible.subarray(image * visible, (image + 1) * visible);
            assert.deepEqual(
              [...rows],
              [...new Set(rows)].sort((a, b) => a - b),
            );
            assert.ok(rows.every(row => Math.floor(row / tokens) === image));
            const masked = masks.masked.subarray(image * tokens, (image + 1) * tokens).reduce((sum, value) => sum + value, 0);
            assert.equal(masked, tokens - visible);
          }
          masks.place.forEach((place, patch) => {
            if (masks.masked[patch] === 1) assert.equal(place, masks.visible.length);
            else assert.equal(masks.visible[place], patch);
          });
        },
      ),
    ));

  it('shows every patch equally often', () => {
    const seen = new Float64Array(8);
    const random = new Random(3);
    for (let i = 0; i < 50; i++) drawMasks(random, 100, 8, 2).visible.forEach(row => seen[row % 8]!++);
    for (const count of seen) assert.ok(Math.abs(count - 1250) < 5 * Math.sqrt(1250), `${count} of 1250`);
  });
});
