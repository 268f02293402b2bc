import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { holdOutCertificate, totalAsQuantity } from '../../../src/theory/holdOutCertificate';
import { close, mostFailures } from './support';

describe('hold-out certificate', () => {
  it('is the mean plus what confidence adds, never above Hoeffding’s bound, and rises with the loss', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1, maxLength: 50 }),
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        (losses, failureProbability) => {
          const report = holdOutCertificate({ losses, lossRange: 2, failureProbability });
          const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
          close(report.terms[0]!.value, mean, 1e-9);
          assert.ok(report.total >= mean - 1e-12);
          assert.ok(report.total <= mean + 2 * Math.sqrt(Math.log(1 / failureProbability) / (2 * losses.length)) + 1e-9);
          const higher = holdOutCertificate({ losses: losses.map(loss => Math.min(2, loss + 0.1)), lossRange: 2, failureProbability });
          assert.ok(higher.total >= report.total - 1e-12);
        },
      ),
    );
  });

  it('has a closed form without loss', () =>
    close(holdOutCertificate({ losses: new Float64Array(100), lossRange: 1, failureProbability: 0.05 }).total, 1 - 0.05 ** 0.01));

  it('clips losses at the range and counts them, and subtracts a known floor', () => {
    const report = holdOutCertificate({ losses: [5, 0.5], lossRange: 1, leastLoss: 0.2, failureProbability: 0.05 });
    close(report.terms[0]!.value, 0.55);
    assert.equal(report.terms[0]!.inputs['losses clipped at B_ℓ'], 1);
  });

  for (const [losses, message] of [
    [[], /no image to stand on: hold out/],
    [[0.1, NaN], /held-out image 1 is NaN: pre-train again/],
    [[-1], /held-out image 0 is -1/],
  ] as const)
    it(`refuses losses [${losses.join(', ')}]`, () =>
      assert.throws(() => holdOutCertificate({ losses, lossRange: 1, failureProbability: 0.05 }), message));

  it('is violated in at most δ of 1,000 draws', () => {
    const random = new Random('losses');
    let violated = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const losses = Float64Array.from({ length: 60 }, () => (random.uniform() < 0.2 ? 1 : 0));
      if (holdOutCertificate({ losses, lossRange: 1, failureProbability: 0.2 }).total < 0.2) violated++;
    }
    assert.ok(violated <= mostFailures(1000, 0.2), `${violated} of 1,000`);
    assert.ok(violated > 0, 'tight enough to fail now and then');
  });

  it('goes into another bound with its evidence and failure probability', () => {
    const report = holdOutCertificate({ losses: [0.1, 0.2], lossRange: 1, failureProbability: 0.01 });
    const quantity = totalAsQuantity(report);
    assert.deepEqual([quantity.value, quantity.evidence, quantity.failureProbability], [report.total, 'certified', 0.01]);
  });
});
