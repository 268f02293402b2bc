import assert from 'node:assert/strict';
import { collapseOf, featureScale } from '../../../src/training/featureScale';

describe('featureScale', () => {
  const cases = [
    { why: 'one row has no spread', rows: 1, values: [3, 4], expected: { norm: 5, spread: 0 } },
    { why: 'opposite rows are all spread', rows: 2, values: [3, 4, -3, -4], expected: { norm: 5, spread: 5 } },
    { why: 'a common shift is norm, not spread', rows: 2, values: [1, 2, -1, 2], expected: { norm: Math.sqrt(5), spread: 1 } },
    { why: 'zero features', rows: 2, values: [0, 0, 0, 0], expected: { norm: 0, spread: 0 } },
  ];
  for (const { why, rows, values, expected } of cases)
    it(why, () => {
      const scale = featureScale({ rows, columns: 2, values: Float64Array.from(values) });
      assert.ok(Math.abs(scale.norm - expected.norm) < 1e-12 && Math.abs(scale.spread - expected.spread) < 1e-7, JSON.stringify(scale));
    });
});

describe('collapseOf', () => {
  const start = { norm: 5, spread: 2 };
  const cases = [
    { why: 'features as large as before', now: { norm: 4, spread: 1 }, expected: undefined },
    { why: 'a tenth is not yet a collapse', now: { norm: 0.5, spread: 0.2 }, expected: undefined },
    { why: 'shrunk features', now: { norm: 0.04, spread: 0.02 }, expected: /shrank to 0\.80 % of their first norm/ },
    { why: 'features at one point', now: { norm: 5, spread: 0.001 }, expected: /collapsed to one point \(their spread is 0\.020 %/ },
    { why: 'features that vanished', now: { norm: 0, spread: 0 }, expected: /shrank to 0\.0 %/ },
  ];
  for (const { why, now, expected } of cases)
    it(why, () => {
      const warning = collapseOf(start, now);
      if (expected) assert.match(warning ?? '', expected);
      else assert.equal(warning, undefined);
    });
});
