import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { countErrors, outputsOf } from '../../../src/training/fineTuning/outputs';
import { measureRisks } from '../../../src/training/fineTuning/risks';
import { referenceEngine } from './engines';

describe('outputs of two and of more classes', () => {
  const losses = [
    { why: 'no opinion costs ln 2', classes: 2, values: [0], labels: [1], expected: Math.LN2 },
    { why: 'right and sure costs nothing', classes: 2, values: [800], labels: [1], expected: 0 },
    { why: 'wrong and sure costs the margin, without overflow', classes: 2, values: [800], labels: [-1], expected: 800 },
    { why: 'a mean over points', classes: 2, values: [0, 800], labels: [1, -1], expected: (Math.LN2 + 800) / 2 },
    { why: 'no opinion among four costs ln 4', classes: 4, values: [0, 0, 0, 0], labels: [2], expected: Math.log(4) },
    { why: 'wrong and sure among three, without overflow', classes: 3, values: [900, 0, 0], labels: [1], expected: 900 },
  ];
  for (const { why, classes, values, labels, expected } of losses)
    it(why, () => assert.ok(Math.abs(outputsOf(classes).meanLoss(values, labels) - expected) < 1e-12));

  const errors = [
    { why: 'signs agree', classes: 2, values: [2, -3], labels: [1, -1], expected: 0 },
    { why: 'one disagrees', classes: 2, values: [2, 3], labels: [1, -1], expected: 1 },
    { why: '0 decides nothing and is wrong either way', classes: 2, values: [0, 0], labels: [1, -1], expected: 2 },
    { why: 'not a number is an error', classes: 2, values: [NaN], labels: [1], expected: 1 },
    { why: 'the largest score decides', classes: 3, values: [1, 3, 2, 0, 0, 5], labels: [1, 0], expected: 1 },
    { why: 'a tie of the largest scores is an error', classes: 3, values: [3, 3, 1], labels: [0], expected: 1 },
  ];
  for (const { why, classes, values, labels, expected } of errors)
    it(why, () => assert.equal(countErrors(outputsOf(classes).margins(values, labels)), expected));

  for (const classes of [2, 3])
    it(`train on the loss that is reported, ${classes} classes`, async () => {
      const outputs = outputsOf(classes);
      const random = new Random(classes);
      const values = Float32Array.from({ length: 5 * outputs.width }, () => random.normal());
      const labels = classes === 2 ? [1, -1, -1, 1, 1] : [0, 2, 1, 1, 0];
      const { Parameters } = await import('../../../src/training/engine/parameters');
      const pass = await (
        await referenceEngine()
      ).forwardPass({
        inputs: { values: { shape: [5, outputs.width] }, targets: { shape: [5, outputs.targetWidth] } },
        parameters: new Parameters(random),
        outputs: tensors => ({ loss: outputs.loss(tensors.values!, tensors.targets!) }),
      });
      const { loss } = await pass.run({ values, targets: outputs.targets(labels) });
      assert.ok(Math.abs(loss![0]! - outputs.meanLoss(values, labels)) < 1e-6);
    });
});

describe('measured risks', () => {
  const random = new Random('risks');
  const count = 4000;
  const values = Float64Array.from({ length: count }, () => 2 * random.normal());
  /** Labels drawn with the very chances that the outputs give: calibrated. */
  const labels = Array.from(values, value => (random.uniform() < 1 / (1 + Math.exp(-value)) ? 1 : -1));
  const measure = (scale: number) =>
    measureRisks(
      outputsOf(2),
      values.map(value => scale * value),
      labels,
      1,
      new Random('draws'),
    );

  it('find calibrated outputs calibrated and sure ones not', () => {
    assert.ok(measure(1).calibrationError.value < 0.03, `${measure(1).calibrationError.value}`);
    assert.ok(measure(5).calibrationError.interval[0] > 0.1);
  });

  it('prefer calibrated outputs by their Brier score, in both directions', () => {
    assert.ok(measure(1).brier.value < measure(5).brier.value && measure(1).brier.value < measure(0.2).brier.value);
  });

  it('give two classes the same numbers as signed values and as scores', () => {
    const signed = measure(1);
    const scores = measureRisks(
      outputsOf(3),
      Float64Array.from(Array.from(values).flatMap(value => [value, 0, -1e6])),
      labels.map(label => (label === 1 ? 0 : 1)),
      1,
      new Random('draws'),
    );
    assert.ok(Math.abs(signed.brier.value - scores.brier.value) < 1e-9);
    assert.ok(Math.abs(signed.ramp.value - scores.ramp.value) < 1e-9);
    assert.ok(Math.abs(signed.calibrationError.value - scores.calibrationError.value) < 1e-9);
  });

  it('bracket every value by its interval, and count margins at their quantiles', () => {
    const { ramp, brier, marginQuantiles } = measure(1);
    for (const { value, interval } of [ramp, brier]) assert.ok(interval[0] < value && value < interval[1]);
    assert.deepEqual(
      [...marginQuantiles].sort((a, b) => a - b),
      marginQuantiles,
    );
    const margins = Array.from(values, (value, i) => value * labels[i]!);
    const below = margins.filter(margin => margin <= marginQuantiles[2]!).length / count;
    assert.ok(Math.abs(below - 0.5) < 0.01);
  });
});
