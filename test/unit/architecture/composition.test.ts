import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mainOutput, type Composition, type CompositionNode, type Operation } from '../../../src/architecture/composition';
import type { WeightNorms } from '../../../src/architecture/compositionWeights';
import type { Size } from '../../../src/architecture/rangeOfComposition';
import { activationBounds } from '../../../src/architecture/lipschitzActivations';
import { firstUnbounded, logAmplification, logLipschitzConstant, ranges } from '../../../src/architecture/lipschitzOfComposition';

const ONE = { euclidean: 1, rows: 1 };
const INPUT = { kind: 'input', name: 'x' } as const;
const layer = (path: string) => ({ kind: 'layer', path, tensor: 'weight', gain: ONE }) as const;
const relu = { kind: 'activation', name: 'relu', gain: ONE } as const;

/** Steps over `tokens` rows of `width` values, each with the places of its inputs; the last one is the output. */
function composed(steps: readonly (readonly [Operation, ...number[]])[], tokens = 1, width = 4): Composition {
  const nodes = steps.map(([operation, ...inputs]): CompositionNode => ({
    ...operation,
    inputs,
    shape: ['B', tokens, width],
    rows: tokens,
    line: 0,
  }));
  return { nodes, outputs: [nodes.length - 1], inputFrom: 'directive' };
}

/** Norms by path; everything that is not named is not known. */
const norms = (spectral: Readonly<Record<string, number>>): WeightNorms => ({
  spectral: path => spectral[path],
  length: (_path, tensor) => (tensor === 'bias' ? 0 : undefined),
  largest: () => 1,
  leastVariance: () => 1,
});

/** Sizes up to `norm`, as logarithms. */
const ball = (norm: number): Size => ({ euclidean: Math.log(norm), rows: Math.log(norm), entry: Math.log(norm) });
const BALL = ball(2);

const lipschitzConstant = (...given: Parameters<typeof logLipschitzConstant>): number => Math.exp(logLipschitzConstant(...given));
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.max(1, expected), `${actual}, not ${expected}`);

describe('Lipschitz constants of compositions', () => {
  it('asks for the gain of a normalisation by the name that its framework gives it', () => {
    const named: WeightNorms = { ...norms({}), largest: (_path, tensor) => (tensor === 'gamma' ? 3 : 1) };
    const composition = composed([
      [INPUT],
      [{ kind: 'normalisation', path: 'n', gain: 'gamma', shift: 'beta', over: 'rows', size: 4, epsilon: 0.01 }, 0],
    ]);
    // 3 / √0.01
    near(lipschitzConstant(composition, named, ranges(composition, named, BALL), 1), 30);
  });

  const cases: readonly (readonly [why: string, steps: readonly (readonly [Operation, ...number[]])[], expected: number])[] = [
    ['a chain multiplies', [[INPUT], [layer('a'), 0], [relu, 1], [layer('b'), 2]], 6],
    ['a skip connection is 1 + L', [[INPUT], [layer('a'), 0], [{ kind: 'sum', identity: 0 }, 0, 1]], 3],
    ['a sum of branches adds', [[INPUT], [layer('a'), 0], [layer('b'), 0], [{ kind: 'sum' }, 1, 2]], 5],
    [
      'side by side is √(ΣL²)',
      [[INPUT], [layer('a'), 0], [layer('b'), 0], [{ kind: 'concatenation', along: 'features' }, 1, 2]],
      Math.sqrt(13),
    ],
    ['what depends on no input moves nothing', [[INPUT], [{ kind: 'constant', entry: 1 }], [{ kind: 'sum' }, 0, 1]], 1],
    ['a normalisation over rows is 1/√ε', [[INPUT], [{ kind: 'normalisation', path: null, over: 'rows', size: 4, epsilon: 0.01 }, 0]], 10],
    ['a product of x with itself is twice its largest entry', [[INPUT], [{ kind: 'product', of: 'entries' }, 0, 0]], 4],
    ['an unknown operation has none', [[INPUT], [{ kind: 'unknown', name: 'f', why: 'it is foreign' }, 0]], Infinity],
    ['a layer whose norm is not known has none', [[INPUT], [layer('c'), 0]], Infinity],
  ];
  for (const [why, steps, expected] of cases) {
    it(why, () => {
      const composition = composed(steps);
      const weights = norms({ a: 2, b: 3 });
      const sizes = ranges(composition, weights, BALL);
      const found = lipschitzConstant(composition, weights, sizes, steps.length - 1);
      if (expected === Infinity) assert.equal(found, Infinity);
      else near(found, expected);
    });
  }

  it('is F3 for a block of attention and perceptron, in the norm of rows', () => {
    const block: readonly (readonly [Operation, ...number[]])[] = [
      [INPUT],
      [layer('q'), 0],
      [layer('k'), 0],
      [layer('v'), 0],
      [{ kind: 'attention', scale: 0.5, projections: { query: 'q', key: 'k', value: 'v' } }, 1, 2, 3],
      [{ kind: 'sum', identity: 0 }, 0, 4],
      [layer('f'), 5],
      [relu, 6],
      [layer('g'), 7],
      [{ kind: 'sum', identity: 5 }, 5, 8],
    ];
    const weights = norms({ q: 1.5, k: 0.8, v: 0.7, f: 1.1, g: 0.9 });
    const composition = composed(block, 1);
    const feedForward = 1 + 1.1 * 0.9;
    const lipschitz = feedForward * (1 + 0.7 * (1 + 2 * 2 ** 2 * 0.5 * 1.5 * 0.8));
    const sizes = ranges(composition, weights, BALL);
    near(lipschitzConstant(composition, weights, sizes, 9), lipschitz);
    near(Math.exp(sizes[9]!.rows), 2 * (1 + 0.7) * feedForward);
  });

  it('is carried as a logarithm, so that ten thousand layers do not overflow', () => {
    const depth = 10_000;
    const composition = composed([[INPUT], ...Array.from({ length: depth }, (_, place) => [layer('a'), place] as const)]);
    const weights = norms({ a: 1e3 });
    const sizes = ranges(composition, weights, BALL);
    near(logLipschitzConstant(composition, weights, sizes, depth), depth * Math.log(1e3));
    near(sizes[depth]!.euclidean, depth * Math.log(1e3) + Math.log(2));
    const amplified = logAmplification(composition, weights, sizes, depth, { path: 'a', tensor: 'weight' });
    near(amplified, (depth - 1) * Math.log(1e3) + Math.log(2 * depth));
  });

  it('is never exceeded by a block that is computed (property)', () => {
    const numbers = (count: number, size: number) =>
      fc.array(fc.double({ min: -size, max: size, noNaN: true }), { minLength: count, maxLength: count });
    fc.assert(
      fc.property(numbers(6, 1), numbers(6, 1e-4), fc.array(numbers(4, 1), { minLength: 4, maxLength: 4 }), (x, step, weights) => {
        const spectral = Object.fromEntries(['q', 'k', 'v', 'f'].map((name, index) => [name, norm2(weights[index]!)]));
        const composition = composed(
          [
            [INPUT],
            [layer('q'), 0],
            [layer('k'), 0],
            [layer('v'), 0],
            [{ kind: 'attention', scale: 1, projections: { query: null, key: null, value: null } }, 1, 2, 3],
            [{ kind: 'sum' }, 0, 4],
            [layer('f'), 5],
            [relu, 6],
            [{ kind: 'sum' }, 5, 7],
          ],
          3,
          2,
        );
        const [before, after] = [x, x.map((value, index) => value + step[index]!)].map(values => rowsOf(values));
        const rows = Math.max(...[...before!, ...after!].map(row => Math.hypot(...row)));
        const sizes = ranges(composition, norms(spectral), { ...ball(rows), euclidean: Math.log(Math.sqrt(3) * rows) });
        const bound = lipschitzConstant(composition, norms(spectral), sizes, 8);
        const results = [before!, after!].map(input => block(input, weights));
        const moved = Math.hypot(...results[0]!.flatMap((row, index) => row.map((value, place) => value - results[1]![index]![place]!)));
        assert.ok(moved <= bound * Math.hypot(...step) * (1 + 1e-6) + 1e-12, `${moved} > ${bound} · ${Math.hypot(...step)}`);
      }),
      { numRuns: 200 },
    );
  });
});

describe('how much a matrix counts', () => {
  it('is the product of the other norms times the input in a chain, as D4 has it', () => {
    const composition = composed([[INPUT], [layer('a'), 0], [relu, 1], [layer('b'), 2]]);
    const weights = norms({ a: 2, b: 5 });
    const sizes = ranges(composition, weights, BALL);
    const of = (path: string) => Math.exp(logAmplification(composition, weights, sizes, 3, { path, tensor: 'weight' }));
    near(of('a'), 2 * 5);
    near(of('b'), 2 * 2);
    assert.equal(of('c'), 0);
  });

  it('adds up where a matrix is used twice', () => {
    const composition = composed([[INPUT], [layer('a'), 0], [layer('a'), 1]]);
    const weights = norms({ a: 2 });
    const log = logAmplification(composition, weights, ranges(composition, weights, BALL), 2, { path: 'a', tensor: 'weight' });
    near(Math.exp(log), 2 * 2 + 4);
  });

  it('names the step at which a bound is lost', () => {
    const composition = composed([[INPUT], [layer('a'), 0], [{ kind: 'unknown', name: 'f', why: 'it is foreign' }, 1], [layer('a'), 2]]);
    const found = firstUnbounded(composition, ranges(composition, norms({ a: 2 }), BALL), 3);
    assert.equal(found?.kind, 'unknown');
  });
});

describe('the main output', () => {
  it('is the first result that is more than one number, and else the last layer before a loss', () => {
    const composition = composed([[INPUT], [layer('a'), 0], [{ kind: 'unknown', name: 'loss', why: 'a loss' }, 1]]);
    const loss = composition.nodes.map((node, place) => (place === 2 ? { ...node, shape: [] } : node));
    assert.equal(mainOutput(composition), 2);
    assert.equal(mainOutput({ ...composition, nodes: loss }), 1);
    assert.equal(mainOutput({ ...composition, nodes: loss, outputs: [2, 1] }), 1);
    assert.equal(mainOutput(composed([[INPUT]])), undefined);
  });
});

describe('activations', () => {
  const functions: Readonly<Record<string, (x: number) => number>> = {
    relu: x => Math.max(0, x),
    silu: x => x / (1 + Math.exp(-x)),
    mish: x => x * Math.tanh(Math.log1p(Math.exp(x))),
    sigmoid: x => 1 / (1 + Math.exp(-x)),
    tanh: Math.tanh,
    softplus: x => Math.log1p(Math.exp(x)),
    hardswish: x => (x * Math.min(6, Math.max(0, x + 3))) / 6,
    selu: x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
    elu: x => (x > 0 ? x : Math.expm1(x)),
    leaky_relu: x => (x > 0 ? x : 0.01 * x),
  };
  for (const [name, apply] of Object.entries(functions)) {
    it(`${name} is no steeper and no larger than said, and almost as steep`, () => {
      const bounds = activationBounds(name, (_, otherwise) => otherwise)!;
      let steepest = 0;
      for (let x = -10; x < 10; x += 1e-3) steepest = Math.max(steepest, Math.abs(apply(x + 1e-3) - apply(x)) / 1e-3);
      assert.ok(steepest <= bounds.lipschitz * (1 + 1e-9), `${steepest} > ${bounds.lipschitz}`);
      assert.ok(steepest >= 0.99 * bounds.lipschitz);
      assert.ok(Math.abs(Math.abs(apply(0)) - (bounds.offset ?? 0)) < 1e-12);
      if (bounds.entry !== undefined) assert.ok(Math.abs(apply(10)) <= bounds.entry && Math.abs(apply(-10)) <= bounds.entry);
    });
  }

  it('has no constant for what jumps or is not known', () => {
    for (const name of ['hardshrink', 'threshold', 'foreign'])
      assert.equal(
        activationBounds(name, (_, otherwise) => otherwise),
        undefined,
      );
  });
});

const rowsOf = (values: readonly number[]): number[][] => [0, 1, 2].map(row => values.slice(2 * row, 2 * row + 2));

/** x Wᵀ for a 2 × 2 matrix given by rows. */
const apply = (row: readonly number[], [a, b, c, d]: readonly number[]): number[] => [
  a! * row[0]! + b! * row[1]!,
  c! * row[0]! + d! * row[1]!,
];

/** Largest singular value of a 2 × 2 matrix. */
function norm2([a, b, c, d]: readonly number[]): number {
  const [sum, determinant] = [a! ** 2 + b! ** 2 + c! ** 2 + d! ** 2, a! * d! - b! * c!];
  return Math.sqrt((sum + Math.sqrt(Math.max(0, sum ** 2 - 4 * determinant ** 2))) / 2);
}

function block(x: readonly (readonly number[])[], [q, k, v, f]: readonly (readonly number[])[]): number[][] {
  const [queries, keys, values] = [q!, k!, v!].map(weight => x.map(row => apply(row, weight)));
  return x.map((row, index) => {
    const scores = keys!.map(key => Math.exp(queries![index]![0]! * key[0]! + queries![index]![1]! * key[1]!));
    const total = scores.reduce((sum, score) => sum + score, 0);
    const mixed = row.map(
      (value, place) => value + scores.reduce((sum, score, other) => sum + (score / total) * values![other]![place]!, 0),
    );
    const hidden = apply(mixed, f!);
    return mixed.map((value, place) => value + Math.max(0, hidden[place]!));
  });
}
