import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { complement, countErrors, logisticLoss, stratifiedFolds } from '../../../src/training/fineTuning/labelledPoints';

describe('stratifiedFolds', () => {
  it('deals every point once, each label evenly', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(1, -1), { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 2, max: 5 }),
        fc.integer(),
        (labels, count, seed) => {
          const folds = stratifiedFolds(labels, count, new Random(seed));
          assert.deepEqual(
            folds.flat().sort((a, b) => a - b),
            labels.map((_, i) => i),
          );
          for (const label of [1, -1]) {
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

describe('logisticLoss', () => {
  const cases = [
    { why: 'no opinion costs ln 2', values: [0], labels: [1], expected: Math.LN2 },
    { why: 'right and sure costs nothing', values: [800], labels: [1], expected: 0 },
    { why: 'wrong and sure costs the margin, without overflow', values: [800], labels: [-1], expected: 800 },
    { why: 'a mean over points', values: [0, 800], labels: [1, -1], expected: (Math.LN2 + 800) / 2 },
  ];
  for (const { why, values, labels, expected } of cases)
    it(why, () => assert.ok(Math.abs(logisticLoss(values, labels) - expected) < 1e-12));
});

describe('countErrors', () => {
  const cases = [
    { why: 'signs agree', values: [2, -3], labels: [1, -1], expected: 0 },
    { why: 'one disagrees', values: [2, 3], labels: [1, -1], expected: 1 },
    { why: '0 decides nothing and is wrong either way', values: [0, 0], labels: [1, -1], expected: 2 },
    { why: 'not a number is an error', values: [NaN], labels: [1], expected: 1 },
  ];
  for (const { why, values, labels, expected } of cases) it(why, () => assert.equal(countErrors(values, labels), expected));
});
