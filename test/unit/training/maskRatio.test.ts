import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { holdOutRatio, maskRatioAt, type MaskRatio } from '../../../src/training/objectives/maskRatio';

const STEPS = 200;
const ratios = (ratio: MaskRatio): number[] => {
  const random = new Random('ratios');
  return Array.from({ length: STEPS }, (_, step) => maskRatioAt(ratio, step, STEPS, random));
};

describe('maskRatioAt', () => {
  const schedules: readonly { why: string; ratio: MaskRatio; first: number; last: number; holdOut: number; distinct: number }[] = [
    { why: 'keeps a number', ratio: 0.6, first: 0.6, last: 0.6, holdOut: 0.6, distinct: 1 },
    { why: 'rises from one ratio to the other', ratio: { from: 0.2, to: 0.8 }, first: 0.2, last: 0.8, holdOut: 0.8, distinct: 16 },
    { why: 'falls as well', ratio: { from: 0.9, to: 0.3 }, first: 0.9, last: 0.3, holdOut: 0.3, distinct: 16 },
  ];
  for (const { why, ratio, first, last, holdOut, distinct } of schedules)
    it(why, () => {
      const drawn = ratios(ratio);
      assert.ok(Math.abs(drawn[0]! - first) < 1e-12 && Math.abs(drawn.at(-1)! - last) < 1e-12);
      assert.equal(new Set(drawn).size, distinct);
      assert.equal(holdOutRatio(ratio), holdOut);
      const signs = drawn.slice(1).map((value, i) => Math.sign(value - drawn[i]!));
      assert.ok(
        signs.every(sign => sign === 0 || sign === Math.sign(last - first)),
        'never goes back',
      );
    });

  it('draws at most 16 ratios evenly between two, the same again for the same seed', () => {
    const drawn = ratios({ random: [0.4, 0.8] });
    assert.ok(drawn.every(value => value >= 0.4 && value <= 0.8));
    assert.ok(new Set(drawn).size <= 16 && new Set(drawn).size > 10);
    assert.ok(Math.abs(drawn.reduce((sum, value) => sum + value, 0) / STEPS - 0.6) < 0.03);
    assert.deepEqual(ratios({ random: [0.4, 0.8] }), drawn);
  });
});
