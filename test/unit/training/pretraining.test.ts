import assert from 'node:assert/strict';
import type { Engine } from '../../../src/training/engine/engine';
import { nativeEngine, referenceEngine, wasmEngine } from './engines';
import { CASES, firstStep, prepared, pretrained, regularisers } from './pretrainingCases';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Largest difference of two gradients in units of the largest entry of the second, or of `floor` where that is smaller. */
function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>, floor: number): number {
  const size = Math.max(floor, ...Array.from(b, Math.abs));
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!) / size));
}

/** Gradients far below the others are round-off: a key's bias has none, as softmax does not see it. */
const NOISE_FLOOR = 1e-4;

async function assertSameGradients(engine: Engine, one: (typeof CASES)[number], regulariser: (typeof combinations)[number]['regulariser']) {
  const [ours, theirs] = [await prepared(one), await prepared(one)];
  const gradients = async (engine: Engine, which: typeof ours) => {
    const { spec, feeds } = await firstStep(which, one.objective, regulariser);
    const step = await engine.trainingStep(spec);
    const result = await step.gradients(feeds);
    step.dispose();
    which.model.parameters.dispose();
    return result;
  };
  const [got, expected] = [await gradients(engine, ours), await gradients(await referenceEngine(), theirs)];
  assert.deepEqual(Object.keys(got), Object.keys(expected));
  const largest = Math.max(...Object.values(expected).map(values => Math.max(...Array.from(values, Math.abs))));
  assert.ok(largest > 0);
  for (const [name, values] of Object.entries(expected)) {
    const difference = relativeDifference(got[name]!, values, NOISE_FLOOR * largest);
    assert.ok(difference <= 1e-4, `${name}: ${difference}`);
  }
}

const combinations = regularisers(0.05);

describe('pre-training', () => {
  for (const one of CASES) {
    for (const { name, regulariser } of combinations)
      it(`has the gradients of the reference engine, natively: ${one.name}, ${name}`, async () =>
        assertSameGradients(await nativeEngine(), one, regulariser));

    it(`learns real images, natively: ${one.name}`, async () => {
      const { losses } = await pretrained(await nativeEngine(), one, { kind: 'none' }, 60);
      assert.ok(losses.every(Number.isFinite));
      assert.ok(mean(losses.slice(-8)) < 0.9 * mean(losses.slice(0, 4)), losses.join(' '));
    });

    it(`gives the same weights bit for bit again, and without regularisers as with λ = 0: ${one.name}`, async () => {
      const engine = await nativeEngine();
      const all = (lambda: number) => regularisers(lambda).at(-1)!.regulariser;
      const [first, second] = [await pretrained(engine, one, all(0.01), 4), await pretrained(engine, one, all(0.01), 4)];
      assert.deepEqual(second.weights, first.weights);
      const [plain, zero] = [await pretrained(engine, one, { kind: 'none' }, 4), await pretrained(engine, one, all(0), 4)];
      assert.deepEqual(zero.weights, plain.weights);
      assert.deepEqual(zero.losses, plain.losses);
    });
  }

  for (const [position, one] of CASES.entries()) {
    const { name, regulariser } = combinations[position % combinations.length]!;
    it(`has the gradients of the reference engine in WebAssembly: ${one.name}, ${name}`, async () =>
      assertSameGradients(await wasmEngine(), one, regulariser));
  }

  for (const [name, engine] of [
    ['reference', referenceEngine],
    ['wasm', wasmEngine],
  ] as const)
    for (const position of [2, 5, 8])
      it(`learns real images on the ${name} engine: ${CASES[position]!.name}`, async () => {
        const { losses } = await pretrained(await engine(), CASES[position]!, { kind: 'none' }, 25);
        assert.ok(mean(losses.slice(-4)) < 0.95 * mean(losses.slice(0, 3)), losses.join(' '));
      });
});
