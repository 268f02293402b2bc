import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { Parameters } from '../../../src/training/engine/parameters';
import { radReg, type RadRegSettings } from '../../../src/training/regularisers/radreg';
import { drawSigns } from '../../../src/training/regularisers/signs';
import { referenceEngine } from './engines';

const [DRAWS, POINTS, WIDTH] = [3, 12, 5];
const normals = (random: Random, count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());
const features = normals(new Random('features'), POINTS * WIDTH);
const signs = drawSigns(new Random('signs'), DRAWS, POINTS);
const everyone: RadRegSettings = { radius: 1, population: POINTS };

/** Value and gradient with respect to the features, on the reference engine. */
async function evaluate(values: Float32Array, settings = everyone): Promise<{ value: number; gradient: Float32Array }> {
  const parameters = new Parameters(new Random(0));
  const variable = parameters.declare('features', [POINTS, WIDTH], { kind: 'zeros' });
  parameters.values('features').set(values);
  const step = await (
    await referenceEngine()
  ).trainingStep({
    inputs: { signs: { shape: [DRAWS, POINTS] } },
    parameters,
    loss: inputs => ({ loss: radReg(variable, inputs.signs!, settings) }),
    optimiser: { kind: 'sgd' },
  });
  const gradient = (await step.gradients({ signs })).features!;
  const value = (await step.run({ signs }, 0)).loss![0]!;
  parameters.dispose();
  return { value, gradient };
}

/** sⱼ = (1/m)·Σᵢ σᵢhᵢ in double precision. */
function signedMean(draw: number, values: Float32Array): number[] {
  return Array.from({ length: WIDTH }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < POINTS; i++) sum += signs[draw * POINTS + i]! * values[i * WIDTH + j]!;
    return sum / POINTS;
  });
}

const norm = (vector: readonly number[]): number => Math.hypot(...vector);
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** max of ⟨v, s⟩ over ‖v‖ ≤ R by projected gradient ascent from a random head. */
function ascend(s: readonly number[], radius: number, random: Random): number {
  let v = s.map(() => random.normal());
  for (let step = 0; step < 2000; step++) {
    const moved = v.map((value, i) => value + s[i]!);
    const shrink = Math.min(1, radius / norm(moved));
    v = moved.map(value => value * shrink);
  }
  return dot(v, s);
}

describe('radReg', () => {
  for (const radius of [1, 0.3, 7])
    it(`equals the maximum over heads of radius ${radius}, found by projected gradient ascent, to 10⁻⁶`, async () => {
      const random = new Random('heads');
      let sum = 0;
      for (let draw = 0; draw < DRAWS; draw++) sum += ascend(signedMean(draw, features), radius, random);
      const { value } = await evaluate(features, { ...everyone, radius });
      assert.ok(Math.abs(value - sum / DRAWS) <= 1e-6 * Math.max(1, radius) + 1e-6, `${value} ${sum / DRAWS}`);
    });

  it('has the gradient that finite differences give', async () => {
    const exact = (values: Float32Array): number => {
      let sum = 0;
      for (let draw = 0; draw < DRAWS; draw++) sum += norm(signedMean(draw, values));
      return sum / DRAWS;
    };
    const { gradient } = await evaluate(features);
    const width = 2 ** -8;
    gradient.forEach((slope, i) => {
      const moved = (by: number): Float32Array => features.map((value, j) => (j === i ? value + by : value));
      const difference = (exact(moved(width)) - exact(moved(-width))) / (2 * width);
      assert.ok(Math.abs(slope - difference) < 1e-4, `${i}: ${slope} ${difference}`);
    });
  });

  const scalings = [
    { why: 'features', of: (factor: number) => evaluate(features.map(value => factor * value)) },
    { why: 'the radius', of: (factor: number) => evaluate(features, { ...everyone, radius: factor }) },
  ];
  for (const { why, of } of scalings)
    it(`is homogeneous of degree 1 in ${why}`, async () => {
      const { value } = await of(1);
      for (const factor of [0.5, 3, 100]) {
        const scaled = (await of(factor)).value;
        assert.ok(Math.abs(scaled - factor * value) < 1e-5 * factor * value, `${scaled} ${factor * value}`);
      }
    });

  it('is 0 with gradient 0 for features that are all zero', async () => {
    const { value, gradient } = await evaluate(new Float32Array(POINTS * WIDTH));
    assert.equal(value, 0);
    assert.ok(gradient.every(slope => slope === 0));
  });

  it('lies between 0 and the root mean square feature norm', async () => {
    const { value } = await evaluate(features);
    assert.ok(value > 0 && value < norm([...features]) / Math.sqrt(POINTS));
  });

  const populations = [
    { why: 'a batch of 12 out of 48 counts half', population: 48, factor: 0.5 },
    { why: 'a batch of everybody counts in full', population: 12, factor: 1 },
    { why: 'a batch larger than the population is not blown up', population: 3, factor: 1 },
  ];
  for (const { why, population, factor } of populations)
    it(why, async () => {
      const [{ value }, whole] = [await evaluate(features, { radius: 1, population }), await evaluate(features)];
      assert.ok(Math.abs(value - factor * whole.value) < 1e-7);
    });

  it('does not change when features are rotated', async () => {
    const [cosine, sine] = [Math.cos(1), Math.sin(1)];
    const rotated = features.slice();
    for (let i = 0; i < POINTS; i++) {
      const [a, b] = [features[i * WIDTH]!, features[i * WIDTH + 1]!];
      rotated.set([cosine * a - sine * b, sine * a + cosine * b], i * WIDTH);
    }
    assert.ok(Math.abs((await evaluate(rotated)).value - (await evaluate(features)).value) < 1e-6);
  });
});

describe('drawSigns', () => {
  it('draws fair signs, fresh with every call', () => {
    const random = new Random(1);
    const [first, second] = [drawSigns(random, 16, 128), drawSigns(random, 16, 128)];
    assert.ok([...first, ...second].every(sign => sign === 1 || sign === -1));
    assert.notDeepEqual(first, second);
    assert.ok(Math.abs(first.reduce((sum, sign) => sum + sign, 0)) < 5 * Math.sqrt(first.length));
  });
});
