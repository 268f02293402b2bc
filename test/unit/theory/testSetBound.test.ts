import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { clopperPearsonUpper } from '../../../src/theory/clopperPearson';
import { testSetBound } from '../../../src/theory/testSetBound';
import { close, mostFailures } from './support';

describe('Clopper–Pearson limit', () => {
  const limits: readonly (readonly [errors: number, count: number, failure: number, limit: number])[] = [
    [0, 10, 0.05, 0.2588655508930522],
    [1, 10, 0.05, 0.39416330243650466],
    [9, 10, 0.05, 0.9948838031081763],
    [13, 400, 0.05, 0.05117557532347004],
    [42, 1000, 0.01, 0.05917604861921177],
    [500, 1000, 0.05, 0.5264822687643087],
    [3, 2000, 0.001, 0.006514712742738651],
    [1999, 2000, 0.05, 0.9999743536816786],
    [30000, 60000, 0.05, 0.5033658246035209],
    [7, 7, 0.05, 1],
  ];
  for (const [errors, count, failure, limit] of limits)
    it(`is ${limit} for ${errors} errors among ${count} at ${failure}`, () => close(clopperPearsonUpper(errors, count, failure), limit));

  it('rises with the errors and falls with the failure probability allowed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.nat(299),
        fc.double({ min: 0.001, max: 0.4, noNaN: true }),
        (count, seen, failure) => {
          const errors = seen % count;
          const limit = clopperPearsonUpper(errors, count, failure);
          assert.ok(limit > errors / count);
          assert.ok(limit < clopperPearsonUpper(errors + 1, count, failure));
          assert.ok(limit >= clopperPearsonUpper(errors, count, failure * 1.5) - 1e-12);
        },
      ),
    );
  });

  for (const [errors, count] of [
    [5, 4],
    [-1, 4],
    [0, 0],
    [0.5, 4],
  ] as const)
    it(`refuses ${errors} errors among ${count} points`, () =>
      assert.throws(() => clopperPearsonUpper(errors, count, 0.05), /not a count of errors/));
});

describe('test-set bound F5', () => {
  it('splits the limit into the error rate and what confidence adds', () => {
    const report = testSetBound({ errors: 13, count: 400, failureProbability: 0.05 });
    close(report.total, 0.05117557532347004);
    close(report.terms[0]!.value, 13 / 400);
    assert.equal(report.evidence, 'certified');
    assert.equal(report.vacuous, false);
  });

  it('says vacuous when every point is wrong', () => assert.ok(testSetBound({ errors: 3, count: 3, failureProbability: 0.05 }).vacuous));

  it('is violated about as often as it may be, not more', () => {
    const random = new Random('coin');
    let violated = 0;
    for (let trial = 0; trial < 1000; trial++) {
      let errors = 0;
      for (let i = 0; i < 200; i++) if (random.uniform() < 0.1) errors++;
      if (testSetBound({ errors, count: 200, failureProbability: 0.1 }).total < 0.1) violated++;
    }
    assert.ok(violated <= mostFailures(1000, 0.1), `${violated} of 1,000`);
    assert.ok(violated >= 30, `${violated} of 1,000: the limit is not loose`);
  });
});
