import assert from 'node:assert/strict';
import fc from 'fast-check';
import { csv } from '../../../src/common/csv';
import { thinned } from '../../../src/common/thin';

describe('a curve that is thinned', () => {
  const curves = fc
    .array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 400 })
    .map(values => ({ steps: values.map((_, at) => 3 * at), values }));

  it('keeps its ends, its smallest and its largest value, points of its own in order, and no more than asked for', () => {
    fc.assert(
      fc.property(curves, fc.integer({ min: 4, max: 100 }), (curve, points) => {
        const { steps, values } = thinned(curve, points);
        if (curve.values.length > points) assert.ok(steps.length <= points);
        assert.deepEqual([steps[0], steps.at(-1)], [curve.steps[0], curve.steps.at(-1)]);
        assert.deepEqual([Math.min(...values), Math.max(...values)], [Math.min(...curve.values), Math.max(...curve.values)]);
        steps.forEach((step, at) => {
          assert.equal(values[at], curve.values[step / 3]);
          if (at > 0) assert.ok(step > steps[at - 1]!);
        });
      }),
    );
  });

  it('is itself where it is short', () => {
    const curve = { steps: [0, 1], values: [2, 3] };
    assert.equal(thinned(curve, 4), curve);
  });
});

describe('comma-separated values', () => {
  const cases = [
    { rows: [['a', 1]], expected: 'a,1\r\n', why: 'plain cells as they are' },
    { rows: [['a,b', 'say "x"', 'two\nlines']], expected: '"a,b","say ""x""","two\nlines"\r\n', why: 'quotes where they are needed' },
    { rows: [[null, undefined, 0]], expected: ',,0\r\n', why: 'nothing for what is absent' },
  ];
  for (const { rows, expected, why } of cases) it(`have ${why}`, () => assert.equal(csv(rows), expected));
});
