import assert from 'node:assert/strict';
import fc from 'fast-check';
import { normalCdf, normalUpperTail } from '../../../src/theory/normalDistribution';
import { close } from './support';

describe('normal distribution', () => {
  const tails: readonly (readonly [t: number, tail: number])[] = [
    [-4, 0.9999683287581669],
    [-1, 0.8413447460685429],
    [0, 0.5],
    [0.1, 0.460172162722971],
    [0.5, 0.3085375387259869],
    [1, 0.15865525393145707],
    [1.5, 0.06680720126885807],
    [2, 0.022750131948179195],
    [3, 0.0013498980316300933],
    [5, 2.866515718791933e-7],
    [8, 6.22096057427174e-16],
    [12, 1.776482112077653e-33],
    [20, 2.7536241186061556e-89],
    [37, 5.7255712225239266e-300],
  ];
  for (const [t, tail] of tails) it(`puts ${tail} above ${t}`, () => close(normalUpperTail(t), tail, t < 30 ? 1e-13 : 1e-12));

  it('is symmetric, falls, and ends at 0 and 1', () => {
    fc.assert(
      fc.property(fc.double({ min: -10, max: 10, noNaN: true }), fc.double({ min: 1e-3, max: 2, noNaN: true }), (t, step) => {
        close(normalUpperTail(t) + normalUpperTail(-t), 1, 1e-14);
        assert.equal(normalCdf(t), normalUpperTail(-t));
        assert.ok(normalUpperTail(t + step) <= normalUpperTail(t));
      }),
    );
    assert.equal(normalUpperTail(Infinity), 0);
    assert.equal(normalUpperTail(-Infinity), 1);
  });
});
