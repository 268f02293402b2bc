import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';

describe('Random', () => {
  it('gives the same stream for the same seed and label, and another one for another label', () => {
    const draw = (label: string) =>
      Array.from(
        { length: 5 },
        (
          (random: Random) => () =>
            random.bits()
        )(new Random(7).fork(label)),
      );
    assert.deepEqual(draw('masks'), draw('masks'));
    assert.notDeepEqual(draw('masks'), draw('signs'));
  });

  it('is uniform, normal and fair within four standard errors', () => {
    const random = new Random('moments');
    const count = 200_000;
    let uniform = 0;
    let normal = 0;
    let square = 0;
    let sign = 0;
    for (let i = 0; i < count; i++) {
      uniform += random.uniform();
      const z = random.normal();
      normal += z;
      square += z * z;
      sign += random.sign();
    }
    const within = (value: number, expected: number, deviation: number) =>
      assert.ok(Math.abs(value / count - expected) < (4 * deviation) / Math.sqrt(count), `${value / count} against ${expected}`);
    within(uniform, 0.5, Math.sqrt(1 / 12));
    within(normal, 0, 1);
    within(square, 1, Math.SQRT2);
    within(sign, 0, 1);
  });

  it('permutes without loss', () => {
    assert.deepEqual(
      [...new Random(3).permutation(50)].sort((a, b) => a - b),
      [...Array(50).keys()],
    );
  });
});
