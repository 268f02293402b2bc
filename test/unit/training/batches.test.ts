import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fault } from '../../../src/common/fault';
import { Random } from '../../../src/common/random';
import { Batches } from '../../../src/training/batches';

const pool = (count: number): number[] => Array.from({ length: count }, (_, i) => 7 * i);

describe('Batches', () => {
  it('repeats no image within a pass over the pool and draws from the pool alone', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.integer(), (a, b, seed) => {
        const [size, count] = [Math.min(a, b), Math.max(a, b)];
        const batches = new Batches(pool(count), size, new Random(seed));
        for (let pass = 0; pass < 3; pass++) {
          const seen = Array.from({ length: Math.floor(count / size) }, () => [...batches.next()]).flat();
          assert.equal(new Set(seen).size, seen.length);
          assert.ok(seen.every(index => index % 7 === 0 && index < 7 * count));
        }
      }),
    ));

  it('gives the same batches for the same seed and others for another', () => {
    const draw = (seed: number): number[][] => {
      const batches = new Batches(pool(100), 10, new Random(seed));
      return Array.from({ length: 25 }, () => [...batches.next()]);
    };
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(2));
  });

  it('uses another order in the next pass', () => {
    const batches = new Batches(pool(50), 50, new Random(0));
    assert.notDeepEqual([...batches.next()], [...batches.next()]);
  });

  it('says so when the pool cannot fill one batch', () =>
    assert.throws(
      () => new Batches(pool(3), 4, new Random(0)),
      new Fault('A batch of 4 images was asked for where there are 3', 'choose a smaller batch or more images'),
    ));
});
