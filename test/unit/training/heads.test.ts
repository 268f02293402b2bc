import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../../src/common/random';
import type { Feeds, InputSpecs, Tensors } from '../../../src/training/engine/engine';
import { Parameters } from '../../../src/training/engine/parameters';
import {
  ascend,
  firstHeads,
  headValues,
  radRegPerceptron,
  type PerceptronHeadSettings,
} from '../../../src/training/regularisers/perceptronHeads';
import { radReg, radRegClasses, radRegL1 } from '../../../src/training/regularisers/radreg';
import { drawSigns, fixedSigns, freshSigns } from '../../../src/training/regularisers/signs';
import { referenceEngine } from './engines';

const [DRAWS, POINTS, WIDTH, CLASSES] = [3, 12, 5, 2];
const normals = (random: Random, count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());
const features = normals(new Random('features'), POINTS * WIDTH);
const signs = drawSigns(new Random('signs'), DRAWS * CLASSES, POINTS);
const settings = { radius: 1.5, population: POINTS };

/** What `outputs` makes of the features and signs above, on the reference engine. */
async function evaluated(
  outputs: (inputs: Tensors) => Record<string, tf.Tensor>,
  more: { readonly inputs: InputSpecs; readonly feeds: Feeds } = { inputs: {}, feeds: {} },
): Promise<Record<string, Float32Array>> {
  const parameters = new Parameters(new Random(0));
  const pass = await (
    await referenceEngine()
  ).forwardPass({
    inputs: { features: { shape: [POINTS, WIDTH] }, signs: { shape: [DRAWS * CLASSES, POINTS] }, ...more.inputs },
    parameters,
    outputs,
  });
  const results = await pass.run({ features, signs, ...more.feeds });
  parameters.dispose();
  return results;
}

/** s = (1/m)·Σᵢ σᵢhᵢ for one row of signs. */
const signedMean = (row: number): number[] =>
  Array.from({ length: WIDTH }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < POINTS; i++) sum += signs[row * POINTS + i]! * features[i * WIDTH + j]!;
    return sum / POINTS;
  });

/** The maximum of ⟨v, s⟩ by projected gradient ascent. */
function ascended(s: readonly number[], project: (v: number[]) => number[]): number {
  let v = s.map(() => 0.1);
  for (let step = 0; step < 3000; step++) v = project(v.map((value, i) => value + 0.1 * s[i]!));
  return v.reduce((sum, value, i) => sum + value * s[i]!, 0);
}

const onBall = (radius: number) => (v: number[]) => {
  const size = Math.hypot(...v);
  return size <= radius ? v : v.map(value => (value * radius) / size);
};

/** The Euclidean projection onto Σ|vᵢ| ≤ R. */
const onL1Ball = (radius: number) => (v: number[]) => {
  const sizes = v.map(Math.abs).sort((a, b) => b - a);
  if (sizes.reduce((sum, size) => sum + size, 0) <= radius) return v;
  let [sum, threshold] = [0, 0];
  for (const [count, size] of sizes.entries()) {
    sum += size;
    const next = (sum - radius) / (count + 1);
    if (size <= next) break;
    threshold = next;
  }
  return v.map(value => Math.sign(value) * Math.max(0, Math.abs(value) - threshold));
};

describe('RadReg with other heads', () => {
  it('has a closed form for heads of bounded ℓ1 norm: the maximum that projected ascent finds, to 10⁻⁶', async () => {
    const { value } = await evaluated(({ features, signs }) => ({ value: radRegL1(features!, signs!, settings) }));
    const rows = Array.from({ length: DRAWS * CLASSES }, (_, row) => ascended(signedMean(row), onL1Ball(settings.radius)));
    assert.ok(Math.abs(value![0]! - rows.reduce((sum, one) => sum + one, 0) / rows.length) <= 1e-6);
  });

  it('has a closed form for linear heads of several outputs: the maximum that projected ascent finds, to 10⁻⁶', async () => {
    const { value } = await evaluated(({ features, signs }) => ({ value: radRegClasses(features!, signs!, CLASSES, settings) }));
    const heads = Array.from({ length: DRAWS }, (_, draw) =>
      ascended(Array.from({ length: CLASSES }, (_, output) => signedMean(draw * CLASSES + output)).flat(), onBall(settings.radius)),
    );
    assert.ok(Math.abs(value![0]! - heads.reduce((sum, one) => sum + one, 0) / DRAWS) <= 2e-6);
  });

  it('orders them: ℓ1 heads are ℓ2 heads, and one output of norm R lies among several', async () => {
    const { l1, l2, several } = await evaluated(({ features, signs }) => ({
      l1: radRegL1(features!, signs!, settings),
      l2: radReg(features!, signs!, settings),
      several: radRegClasses(features!, signs!, CLASSES, settings),
    }));
    assert.ok(l1![0]! > 0 && l1![0]! <= l2![0]! && l2![0]! <= several![0]!);
  });

  describe('of a perceptron', () => {
    const hidden = 6;
    const ascent = (steps: number): PerceptronHeadSettings => ({ ...settings, hidden, steps, rate: 1 });
    const { inner, outer } = firstHeads(new Random('heads'), DRAWS, hidden, WIDTH);
    const more = {
      inputs: { inner: { shape: [DRAWS, hidden, WIDTH] }, outer: { shape: [DRAWS, hidden, 1] } },
      feeds: { inner, outer, signs: signs.slice(0, DRAWS * POINTS) },
    };
    const after = (steps: number) =>
      evaluated(
        ({ features, signs, inner, outer }) => {
          const heads = ascend({ inner: inner!, outer: outer! }, features!, signs!, ascent(steps));
          return { values: headValues(heads, features!, signs!), value: radRegPerceptron(heads, features!, signs!, settings), ...heads };
        },
        { ...more, inputs: { ...more.inputs, signs: { shape: [DRAWS, POINTS] } } },
      );

    it('rises with the steps of ascent towards a limit', async () => {
      const values = await Promise.all([0, 2, 10, 60, 200].map(async steps => (await after(steps)).value![0]!));
      values.slice(1).forEach((value, i) => assert.ok(value > values[i]! - 1e-6, values.join(' ')));
      assert.ok(values[2]! > 2 * Math.abs(values[0]!));
      assert.ok(values[4]! - values[3]! < 0.02 * values[4]!);
    });

    it('keeps both layers in their balls, so that no value exceeds R times the root mean square feature norm', async () => {
      const { inner, outer, values } = await after(20);
      const radius = Math.sqrt(settings.radius);
      for (let draw = 0; draw < DRAWS; draw++) {
        assert.ok(Math.hypot(...inner!.slice(draw * hidden * WIDTH, (draw + 1) * hidden * WIDTH)) <= radius * (1 + 1e-5));
        assert.ok(Math.hypot(...outer!.slice(draw * hidden, (draw + 1) * hidden)) <= radius * (1 + 1e-5));
        assert.ok(values![draw]! <= (settings.radius * Math.hypot(...features)) / Math.sqrt(POINTS));
      }
    });
  });
});

describe('signs', () => {
  it('are new in every step, or stay with their images', () => {
    const [some, others] = [Int32Array.from([5, 2, 9]), Int32Array.from([9, 5, 0])];
    const fresh = freshSigns(new Random(0), 40);
    assert.notDeepEqual(fresh(some), fresh(some));
    const fixed = fixedSigns(new Random(0), 40, 10);
    assert.deepEqual(fixed(some), fixed(some));
    const [a, b] = [fixed(some), fixed(others)];
    for (let draw = 0; draw < 40; draw++) {
      assert.equal(a[draw * 3], b[draw * 3 + 1], 'image 5');
      assert.equal(a[draw * 3 + 2], b[draw * 3], 'image 9');
    }
    assert.ok(a.includes(1) && a.includes(-1));
  });
});
