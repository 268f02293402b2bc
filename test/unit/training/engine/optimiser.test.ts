import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { Random } from '../../../../src/common/random';
import { EnvironmentFault } from '../../../../src/common/fault';
import { EagerOptimiser } from '../../../../src/training/engine/eagerOptimiser';
import type { OptimiserSettings } from '../../../../src/training/engine/engine';
import { Optimiser, OptimiserKernel } from '../../../../src/training/engine/optimiser';
import { optimiserRule } from '../../../../src/training/engine/optimiserRule';
import { ParameterMemory } from '../../../../src/training/engine/parameterMemory';

describe('optimiser kernel', () => {
  const SIZES = [1, 3, 4, 17, 64, 1001];
  const TRAINABLE = [0, 1, 3, 5];
  const ALL = SIZES.map((_, i) => i);
  const kernel = OptimiserKernel.load('dist');

  const filled = (seed: string) => {
    const random = new Random(seed);
    const memory = new ParameterMemory(SIZES);
    for (const index of ALL) memory.weights(index).forEach((_, i, weights) => (weights[i] = random.normal()));
    return { memory, random };
  };
  const drawGradients = (memory: ParameterMemory, random: Random) =>
    ALL.forEach(index => memory.gradients(index).forEach((_, i, gradients) => (gradients[i] = random.normal() * 10 ** -(i % 5))));
  const weightsOf = (memory: ParameterMemory) => ALL.map(index => memory.weights(index).slice());

  const rules: [OptimiserSettings, string][] = [
    [{ kind: 'adam' }, 'defaults'],
    [{ kind: 'adam', beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }, 'an ε that matters needs its own bias correction'],
    [{ kind: 'adam', weightDecay: 0.1 }, 'decay joins the gradient'],
    [{ kind: 'adamw', weightDecay: 0.1 }, 'decay is decoupled'],
    [{ kind: 'sgd' }, 'plain descent'],
    [{ kind: 'sgd', momentum: 0.9, weightDecay: 0.01 }, 'heavy ball with decay'],
  ];
  for (const [settings, why] of rules) {
    it(`${JSON.stringify(settings)} follows the papers' formulas for 100 steps: ${why}`, () => {
      const { memory, random } = filled('weights');
      const rule = optimiserRule(settings);
      const expected = weightsOf(memory);
      const eager = new EagerOptimiser(
        rule,
        TRAINABLE.map(index => expected[index]!),
      );
      const optimiser = new Optimiser(kernel, memory, TRAINABLE, rule);
      for (let step = 0; step < 100; step++) {
        const learningRate = 0.01 * (1 - step / 200);
        drawGradients(memory, random);
        eager.apply(
          TRAINABLE.map(index => memory.gradients(index)),
          learningRate,
        );
        optimiser.apply(learningRate);
      }
      for (const index of ALL)
        memory
          .weights(index)
          .forEach((weight, i) =>
            assert.ok(
              Math.abs(weight - expected[index]![i]!) <= 2e-6 * Math.max(1, Math.abs(weight)),
              `parameter ${index}[${i}]: ${weight} against ${expected[index]![i]!}`,
            ),
          );
      for (const index of [2, 4]) assert.deepEqual(memory.weights(index), expected[index], 'a frozen parameter moved');
    });
  }

  it('keeps the moments of optimisers that take turns apart', () => {
    const rule = optimiserRule({ kind: 'adam' });
    const alone = filled('turns');
    const shared = filled('turns');
    const lone = new Optimiser(kernel, alone.memory, TRAINABLE, rule);
    const first = new Optimiser(kernel, shared.memory, TRAINABLE, rule);
    const other = new Optimiser(kernel, shared.memory, [2, 4], rule);
    for (let step = 0; step < 5; step++) {
      drawGradients(alone.memory, alone.random);
      drawGradients(shared.memory, shared.random);
      lone.apply(0.1);
      first.apply(0.1);
      other.apply(0.1);
    }
    for (const index of TRAINABLE) assert.deepEqual(shared.memory.weights(index), alone.memory.weights(index));
  });

  it('starts from zero moments after another optimiser was disposed of', () => {
    const rule = optimiserRule({ kind: 'sgd', momentum: 1 });
    const { memory, random } = filled('dispose');
    drawGradients(memory, random);
    const old = new Optimiser(kernel, memory, ALL, rule);
    old.apply(1);
    old.dispose();
    const before = weightsOf(memory);
    new Optimiser(kernel, memory, ALL, rule).apply(1);
    for (const index of ALL)
      assert.deepEqual(
        memory.weights(index),
        before[index]!.map((weight, i) => weight - memory.gradients(index)[i]!),
      );
  });

  it('names the file when the kernel is missing', () => {
    assert.throws(
      () => OptimiserKernel.load(tmpdir()),
      (error: unknown) => error instanceof EnvironmentFault && error.message.includes('optimiser.wasm'),
    );
  });
});
