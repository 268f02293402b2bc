import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { complement, stratifiedFolds } from '../../../src/training/fineTuning/labelledPoints';

describe('stratifiedFolds', () => {
  it('deals every point once, each label evenly', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(1, -1, 4), { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 2, max: 5 }),
        fc.integer(),
        (labels, count, seed) => {
          const folds = stratifiedFolds(labels, count, new Random(seed));
          assert.deepEqual(
            folds.flat().sort((a, b) => a - b),
            labels.map((_, i) => i),
          );
          for (const label of [1, -1, 4]) {
            const shares = folds.map(fold => fold.filter(i => labels[i] === label).length);
            assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
          }
          assert.deepEqual(
            [...folds[0]!, ...complement(labels.length, folds[0]!)].sort((a, b) => a - b),
            labels.map((_, i) => i),
          );
        },
      ),
    ));
});
