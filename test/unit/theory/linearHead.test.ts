import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { fitHeadInBall, fitLogisticHead } from '../../../src/theory/linearHead';
import type { Matrix } from '../../../src/theory/matrix';
import { errorRate, headOutputs, rampRisk } from '../../../src/theory/rampLoss';
import { close, mapMatrix, matrixOf, normalMatrix } from './support';

const norm = (vector: Float64Array) => Math.hypot(...vector);

function problem(seed: number, rows: number, columns: number): { readonly features: Matrix; readonly labels: readonly number[] } {
  const random = new Random(seed);
  const features = normalMatrix(random, rows, columns);
  return { features, labels: Array.from({ length: rows }, (_, i) => (features.values[i * columns]! + random.normal() > 0 ? 1 : -1)) };
}

const logistic = (features: Matrix, labels: readonly number[], head: Float64Array, margin = 1) =>
  headOutputs(features, head).reduce((sum, output, i) => sum + Math.log1p(Math.exp((-labels[i]! * output) / margin)), 0) / features.rows;

describe('logistic head', () => {
  it('stands where the gradient vanishes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(1e-4, 1e-2, 1), (seed, strength) => {
        const { features, labels } = problem(seed, 60, 5);
        const head = fitLogisticHead(features, labels, { strength });
        const weights = headOutputs(features, head).map((output, i) => -labels[i]! / (1 + Math.exp(labels[i]! * output)) / 60);
        for (let j = 0; j < 5; j++) {
          const slope = weights.reduce((sum, weight, i) => sum + weight * features.values[i * 5 + j]!, strength * head[j]!);
          assert.ok(Math.abs(slope) < 1e-7, `${slope} along ${j}`);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('solves one dimension as the equation says', () => {
    const [head] = fitLogisticHead(matrixOf([[1]]), [1], { strength: 0.5 });
    close(0.5 * head!, 1 / (1 + Math.exp(head!)), 1e-8);
  });

  it('is the same from any start, and mirrors with the labels', () => {
    const { features, labels } = problem(3, 40, 4);
    const head = fitLogisticHead(features, labels, { strength: 0.01 });
    const again = fitLogisticHead(features, labels, { strength: 0.01, start: Float64Array.of(5, -5, 5, -5) });
    const mirrored = fitLogisticHead(
      features,
      labels.map(label => -label),
      { strength: 0.01 },
    );
    head.forEach((value, j) => {
      assert.ok(Math.abs(value - again[j]!) < 1e-6);
      assert.ok(Math.abs(value + mirrored[j]!) < 1e-6);
    });
  });

  it('separates separable points, in many more dimensions than points too', () => {
    const random = new Random('wide');
    const features = normalMatrix(random, 20, 300);
    const labels = Array.from({ length: 20 }, () => random.sign());
    assert.equal(errorRate(features, labels, fitLogisticHead(features, labels, { strength: 1e-6 })), 0);
  });

  it('is 0 on features that are 0', () =>
    assert.deepEqual([...fitLogisticHead(matrixOf([[0, 0], [0, 0]]), [1, -1], { strength: 0.1 })], [0, 0])); // prettier-ignore
});

describe('head in a ball', () => {
  it('never leaves the ball, and nothing in the ball is better', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0.1, 1, 4), fc.constantFrom(0.5, 1, 2), (seed, radius, margin) => {
        const { features, labels } = problem(seed, 40, 3);
        const head = fitHeadInBall(features, labels, radius, margin);
        assert.ok(norm(head) <= radius);
        const least = logistic(features, labels, head, margin);
        const random = new Random(seed);
        for (let i = 0; i < 50; i++) {
          const other = Float64Array.from({ length: 3 }, (_, j) => head[j]! + 0.1 * random.normal());
          const inside = other.map(value => value * Math.min(1, radius / norm(other)));
          assert.ok(least <= logistic(features, labels, inside, margin) + 1e-8);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is the unconstrained head when the ball is large', () => {
    const { features, labels } = problem(5, 80, 3);
    const free = fitLogisticHead(features, labels, { strength: 1e-12 });
    fitHeadInBall(features, labels, 50, 1).forEach((value, j) => assert.ok(Math.abs(value - free[j]!) < 1e-4));
  });
});

describe('ramp loss', () => {
  it('lies between the 0–1 loss and 1, and follows its corner cases', () => {
    const features = matrixOf([[2], [0.5], [0], [-1]]);
    close(rampRisk(features, [1, 1, 1, 1], [1], 1), (0 + 0.5 + 1 + 1) / 4);
    close(errorRate(features, [1, 1, 1, 1], [1]), 0.5);
    close(
      rampRisk(
        mapMatrix(features, value => 3 * value),
        [1, 1, 1, 1],
        [1],
        3,
      ),
      0.625,
    );
  });
});
