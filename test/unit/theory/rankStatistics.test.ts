import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import {
  bootstrapInterval,
  kendallTauB,
  meanRanks,
  pearson,
  spearman,
  weightedTau,
  type PairStatistic,
} from '../../../src/theory/rankStatistics';
import { close, fixture, readJson } from './support';

const STATISTICS: Readonly<Record<string, PairStatistic>> = {
  kendall_tau_b: kendallTauB,
  weighted_tau_default_rankNone: weightedTau,
  pearson,
  spearman,
};

describe('rank statistics', () => {
  for (const file of readdirSync(fixture('rankCorrelation')))
    for (const [name, statistic] of Object.entries(STATISTICS))
      it(`${name} of ${file} is SciPy's`, () => {
        const { accuracy, score, expected } = readJson(`rankCorrelation/${file}`) as {
          readonly accuracy: readonly number[];
          readonly score: readonly number[];
          readonly expected: Readonly<Record<string, number>>;
        };
        close(statistic(accuracy, score), expected[name]!, 1e-12);
        const [low, high] = bootstrapInterval(statistic, accuracy, score, 0);
        assert.ok(-1 <= low && low < high && high <= 1, `${low} to ${high}`);
        assert.deepEqual(bootstrapInterval(statistic, accuracy, score, 0), [low, high]);
      });

  it('gives equals their mean rank', () => assert.deepEqual(Array.from(meanRanks([3, 1, 3, 2, 3])), [4, 1, 4, 2, 4]));

  const list = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 30 });
  it('is 1 with itself, −1 with its opposite and the same for either order of the lists', () => {
    fc.assert(
      fc.property(list, fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 30, maxLength: 30 }), (first, long) => {
        fc.pre(new Set(first).size > 1);
        const second = long.slice(0, first.length);
        for (const statistic of Object.values(STATISTICS)) {
          close(statistic(first, first), 1, 1e-12);
          close(
            statistic(
              first,
              first.map(value => -value),
            ),
            -1,
            1e-12,
          );
          if (new Set(second).size > 1) assert.ok(Math.abs(statistic(first, second) - statistic(second, first)) < 1e-12);
        }
      }),
    );
  });

  it('covers the correlation that the pairs were drawn with', () => {
    const first = Array.from({ length: 60 }, (_, i) => i + 7 * Math.sin(7 * i));
    const second = Array.from({ length: 60 }, (_, i) => i + 20 * Math.cos(3 * i));
    const [low, high] = bootstrapInterval(pearson, first, second, 'cover');
    assert.ok(low < pearson(first, second) && pearson(first, second) < high);
  });

  it('refuses lists that cannot be paired', () => {
    assert.throws(() => pearson([1, 2], [1]), /2 values cannot be paired with 1/);
    assert.throws(() => kendallTauB([1], [1]), /at least two pairs/);
    assert.throws(() => bootstrapInterval(spearman, [1, 1, 1], [1, 2, 3], 0), /Too few pairs/);
  });
});
