import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { allCoveredProbability, expectedCoverage, kernelsPerClassFor } from '../../../src/theory/featureCapture/coverage';
import { directionShares } from '../../../src/theory/featureCapture/directions';
import { driftCoefficient, driftThreshold, grows, smallestKeep } from '../../../src/theory/featureCapture/drift';
import { captureStrengths, capturedFeatures, capturedPerClass, purity, ticketsThatWon } from '../../../src/theory/featureCapture/kernels';
import { singleViewError } from '../../../src/theory/featureCapture/predictedError';
import { allVisibleProbability, hiddenProbability } from '../../../src/theory/featureCapture/visibility';
import { smoothedReLU, smoothedReLUSlope } from '../../../src/training/multiView/network';

const near = (actual: number, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

describe('closed forms of feature capture', () => {
  it('coverage: the values of an independent computation, growing with the number of kernels', () => {
    near(expectedCoverage(16, 64), 15.742793658384757);
    near(allCoveredProbability(16, 64), 0.7427936583847579);
    for (let kernels = 1; kernels < 60; kernels++) assert.ok(expectedCoverage(10, kernels + 1) > expectedCoverage(10, kernels));
    for (const [classes, views, delta] of [
      [5, 2, 0.05],
      [8, 3, 0.01],
    ] as const)
      assert.ok(allCoveredProbability(classes * views, classes * kernelsPerClassFor(classes, views, delta)) >= 1 - delta);
  });

  it('coverage is the mean of a simulated coupon collector', () => {
    const random = new Random(3);
    let sum = 0;
    for (let trial = 0; trial < 4000; trial++) sum += new Set(Array.from({ length: 20 }, () => random.integer(10))).size;
    near(sum / 4000, expectedCoverage(10, 20), 0.08);
  });

  it('drift: the sign of the gradient, averaged over every mask of one feature, changes at the threshold', () => {
    const activation = { power: 3, threshold: 0.5 };
    const [patches, a] = [3, 0.2];
    for (const keep of [0.1, 0.3, 0.5, 0.8, 1])
      for (const factor of [0.9, 0.99, 1.01, 1.1]) {
        const teacherScale = (factor * driftThreshold(keep, patches)) ** (1 / activation.power);
        let descent = 0;
        for (let mask = 0; mask < 2 ** patches; mask++) {
          const kept = mask.toString(2).replaceAll('0', '').length;
          const probability = keep ** kept * (1 - keep) ** (patches - kept);
          const gap = patches * smoothedReLU(teacherScale * a, activation) - (kept / keep) * smoothedReLU(a, activation);
          descent += probability * gap * (kept / keep) * smoothedReLUSlope(a, activation);
        }
        const setting = { keep, patches, teacherScale, power: activation.power };
        assert.equal(descent > 0, factor > 1, `θ ${keep}, τ^q ${factor} of the threshold`);
        assert.equal(grows(setting), factor > 1);
        const unit = a ** (2 * activation.power - 1) / (activation.power * activation.threshold ** (2 * activation.power - 2));
        near(descent, driftCoefficient(setting) * unit, 1e-12);
        if (factor > 1 && keep < 1) assert.ok(smallestKeep(setting) < keep);
      }
    near(driftThreshold(0.5, 3), 4 / 3);
    assert.equal(driftThreshold(1, 3), 1, 'no mask, no variance');
  });

  it('visibility: hidden and visible features', () => {
    near(hiddenProbability(0.5, 3), 0.125);
    near(allVisibleProbability(0.5, 3, 2), 0.765625);
    assert.equal(hiddenProbability(1, 3), 0);
  });

  it('error: none with full coverage, a half where each of two views is missing once, guesses at most one in k right', () => {
    assert.equal(singleViewError([2, 2, 2], 2).value, 0);
    assert.deepEqual(singleViewError([1, 1, 1, 1], 2), { value: 0.5, low: 0.375, high: 0.5 });
  });

  it('smoothed ReLU: continuous with its slope at 0 and ϱ, between ReLU − (1 − 1/q)ϱ and ReLU, which it becomes', () => {
    for (const power of [2, 3, 4])
      for (const threshold of [0.01, 0.3, 1]) {
        const activation = { power, threshold };
        for (const at of [0, threshold]) {
          near(smoothedReLU(at - 1e-9, activation), smoothedReLU(at + 1e-9, activation), 1e-8);
          near(smoothedReLUSlope(at - 1e-9, activation), smoothedReLUSlope(at + 1e-9, activation), 1e-6);
        }
        for (let z = -1; z <= 2; z += 0.01) {
          const value = smoothedReLU(z, activation);
          assert.ok(value <= Math.max(0, z) + 1e-12 && value >= Math.max(0, z) - (1 - 1 / power) * threshold - 1e-12);
        }
      }
    near(smoothedReLU(0.5, { power: 3, threshold: 1e-9 }), 0.5, 1e-8);
  });

  it('kernels: strengths, captures, purity and tickets of a small table', () => {
    const correlations = { kernels: 3, features: 4, values: [0.9, 0, 0.09, 0, 0.2, 0.8, 0, 0, 0, 0, 0, -0.7] };
    const strengths = captureStrengths(correlations);
    assert.deepEqual(strengths, [0.9, 0.8, 0.09, 0]);
    const captured = capturedFeatures(strengths, { atLeast: 0.5, share: 0.1 });
    assert.deepEqual(captured, [true, true, false, false]);
    assert.deepEqual(capturedPerClass(captured, 2), [2, 0]);
    near(purity(correlations, 0.5)!, 1 - (0.1 + 0.25) / 2);
    assert.equal(purity(correlations, 2), undefined, 'no kernel is strong');
    assert.equal(ticketsThatWon(correlations, correlations, captured, 0), 1);
  });

  it('directions: nothing is lost by standing still, all by turning to others, and half of two equal ones', () => {
    const matrix = (...rows: number[][]) => ({ rows: rows.length, columns: 3, values: Float64Array.from(rows.flat()) });
    const x = matrix([1, 0, 0], [0, 1, 0]);
    const shares = (after: typeof x) => directionShares(x, after, [7, 7])[0]!;
    const cases = [
      [x, 1, 0],
      [matrix([0, 0, 1], [0, 0, 2]), 0, 1],
      [matrix([1, 0, 0], [0, 0, 1]), 0.5, 0.5],
    ] as const;
    for (const [after, preserved, gained] of cases) {
      near(shares(after).preserved, preserved);
      near(shares(after).lost, 1 - preserved);
      near(shares(after).gained, gained);
    }
    assert.throws(() => directionShares(x, x, [1]), /1 labels for 2 rows/);
  });
});
