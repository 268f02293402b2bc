import assert from 'node:assert/strict';
import { Random } from '../../../../src/common/random';
import { fitLogisticHead } from '../../../../src/theory/linearHead';
import { classMargins, classScores } from '../../../../src/theory/multiclass/classScores';
import { crossEntropy, fitSoftmaxHead, fitSoftmaxHeadInBall, softmax } from '../../../../src/theory/multiclass/softmaxHead';
import { norm } from '../../../../src/theory/newton';
import { close, matrixOf, normalMatrix } from '../support';

describe('softmax heads', () => {
  const random = new Random('softmax');
  const features = normalMatrix(random, 80, 5);
  const labels = Array.from({ length: 80 }, (_, i) => (features.values[5 * i]! + 0.5 * random.normal() > 0.5 ? 2 : i % 2));

  it('reach a point where the gradient is 0', () => {
    const strength = 0.01;
    const heads = fitSoftmaxHead(features, labels, 3, { strength, tolerance: 1e-10 });
    const objective = (values: Float64Array) =>
      crossEntropy(classScores(features, { classes: 3, values }), labels) + (strength / 2) * norm(values) ** 2;
    heads.values.forEach((_, j) => {
      const moved = (by: number) => objective(heads.values.map((value, k) => (k === j ? value + by : value)));
      assert.ok(Math.abs(moved(1e-5) - moved(-1e-5)) / 2e-5 < 1e-7, `entry ${j}`);
    });
  });

  it('are two opposite halves of the logistic head for two classes', () => {
    const binary = labels.map(label => (label === 2 ? 1 : 0));
    const heads = fitSoftmaxHead(features, binary, 2, { strength: 0.02, tolerance: 1e-10 });
    const logistic = fitLogisticHead(
      features,
      binary.map(label => (label === 1 ? 1 : -1)),
      // θ/2 and −θ/2 cost (λ/2)·‖θ‖²/2.
      { strength: 0.01 },
    );
    logistic.forEach((value, j) => {
      close(heads.values[5 + j]!, value / 2, 1e-6, `head 1, ${j}`);
      close(heads.values[j]!, -value / 2, 1e-6, `head 0, ${j}`);
    });
  });

  for (const radius of [0.5, 1.5])
    it(`stay in a ball of radius ${radius} and use it`, () => {
      const length = norm(fitSoftmaxHeadInBall(features, labels, 3, radius, 1).values);
      assert.ok(length <= radius && length > 0.99 * radius, `${length}`);
    });

  it('give chances that sum to 1 for scores of any size, and margins', () => {
    const scores = matrixOf([
      [1000, 0, -1000],
      [1, 1, 0],
    ]);
    const { values } = softmax(scores);
    assert.deepEqual(Array.from(values.subarray(0, 3)), [1, 0, 0]);
    close(values[3]! + values[4]! + values[5]!, 1);
    assert.deepEqual(Array.from(classMargins(scores, [1, 0])), [-1000, 0]);
    close(crossEntropy(scores, [1, 0]), (1000 + Math.log(2 + Math.exp(-1))) / 2);
  });
});
