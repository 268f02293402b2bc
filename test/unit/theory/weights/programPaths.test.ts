import '@tensorflow/tfjs-backend-cpu';
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import type { Computation, Program, Step } from '../../../../src/architecture/computation';
import { product } from '../../../../src/architecture/sides';
import { Random } from '../../../../src/common/random';
import type { PathSite } from '../../../../src/theory/weights/pathFlow';
import { PATH_OPERATIONS } from '../../../../src/theory/weights/pathOperations';
import { partThrough, programPathNorms, tensorsRead, withoutPaths } from '../../../../src/theory/weights/programPaths';
import { pathNorm } from '../../../../src/theory/weights/totals';
import { execute } from '../../../../src/training/definition/execute';
import { close } from '../support';

type Line = readonly [Computation | Extract<Step, { op: 'unsupported' }>, shape: readonly (number | null)[], ...inputs: number[]];

/** A program of operations with the shape that each makes of one sample, and the places that it takes. */
const programOf = (...lines: readonly Line[]): Program => ({
  steps: lines.map(([computation, shape, ...inputs], line): Step => ({ ...computation, shape, inputs, line })),
  output: lines.length - 1,
  input: lines[0]![1].slice(1).map(Number),
  state: [],
  aliases: {},
});

type State = Readonly<Record<string, { readonly shape: number[]; readonly values: Float64Array }>>;

function randomState(shapes: Readonly<Record<string, number[]>>, seed: number): State {
  const random = new Random(seed);
  const tensor = (shape: number[]) => ({ shape, values: Float64Array.from({ length: product(shape) }, () => random.normal()) });
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tensor(shape)]));
}

const reading = (state: State) => (name: string) => Promise.resolve(state[name]!.values);

/** What the engine computes of a program, in 32-bit floats. */
function computed(program: Program, state: State, input: ArrayLike<number>, edge = (weight: number) => weight): number[] {
  return tf.tidy(() => {
    const tensorOf = (name: string) => tf.tensor(Array.from(state[name]!.values, edge), state[name]!.shape);
    const given = new Map([[0, tf.tensor(Array.from(input), [1, ...program.input])]]);
    return [...execute(program, given, { state: tensorOf, images: 1 }).dataSync()];
  });
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);

const INPUT: Computation = { op: 'input', name: 'x' };
const RELU: Computation = { op: 'activation', name: 'relu', numbers: {} };
const ONES = { dilation: [1, 1], padding: [[1, 1], [1, 1]] } as const; // prettier-ignore
const conv = (weight: string, groups = 1): Computation => ({ op: 'convolution', weight, bias: `${weight}.b`, groups, kernel: [3, 3], stride: [1, 1], ...ONES }); // prettier-ignore
const windows = { kernel: [2, 2], stride: [2, 2], dilation: [1, 1], padding: [[0, 0], [0, 0]] } as const; // prettier-ignore

/** Convolutions with groups and biases, a skip connection, both kinds of pooling and a fully connected head. */
const RESIDUAL = programOf(
  [INPUT, [1, 2, 6, 6]],
  [conv('stem', 2), [1, 4, 6, 6], 0],
  [RELU, [1, 4, 6, 6], 1],
  [{ op: 'pool', of: 'max', countPadding: true, ...windows }, [1, 4, 3, 3], 2],
  [conv('a'), [1, 4, 3, 3], 3],
  [RELU, [1, 4, 3, 3], 4],
  [conv('b'), [1, 4, 3, 3], 5],
  [{ op: 'add' }, [1, 4, 3, 3], 6, 3],
  [{ op: 'reduce', name: 'mean', axes: [2, 3] }, [1, 4], 7],
  [{ op: 'linear', weight: 'head', bias: 'head.b' }, [1, 3], 8],
);
const SHAPES = { stem: [4, 1, 3, 3], 'stem.b': [4], a: [4, 4, 3, 3], 'a.b': [4], b: [4, 4, 3, 3], 'b.b': [4], head: [3, 4], 'head.b': [3] };

describe('path norms of programs', () => {
  before(() => tf.setBackend('cpu'));

  it('are what the engine makes of ones and absolute weights, skip connections and pooling included', async () => {
    for (const seed of [1, 2, 3]) {
      const state = randomState(SHAPES, seed);
      const { one } = await programPathNorms(RESIDUAL, reading(state));
      close(one, sum(computed(RESIDUAL, state, new Float64Array(72).fill(1), Math.abs)), 1e-5);
    }
  });

  it('bound the network’s outputs on inputs of at most 1', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), async seed => {
        const state = randomState(SHAPES, seed);
        const random = new Random(seed + 1);
        const outputs = computed(
          RESIDUAL,
          state,
          Float64Array.from({ length: 72 }, () => 2 * random.uniform() - 1),
        );
        const { one, two } = await programPathNorms(RESIDUAL, reading(state));
        assert.ok(sum(outputs.map(Math.abs)) <= one * (1 + 1e-5) && two <= one);
      }),
      { numRuns: 20 },
    ));

  it('are those of a chain of fully connected layers', async () => {
    const chain = programOf(
      [INPUT, [1, 5]],
      [{ op: 'linear', weight: 'a', bias: 'a.b' }, [1, 4], 0],
      [RELU, [1, 4], 1],
      [{ op: 'linear', weight: 'b', bias: null }, [1, 2], 2],
    );
    const state = randomState({ a: [4, 5], 'a.b': [4], b: [2, 4] }, 4);
    const layers = [
      { weights: state.a!.values, bias: state['a.b']!.values, outputs: 4 },
      { weights: state.b!.values, outputs: 2 },
    ];
    const { one, two } = await programPathNorms(chain, reading(state));
    close(one, pathNorm(layers, 1), 1e-12);
    close(two, pathNorm(layers, 2), 1e-12);
  });

  const plane = [1, 2, 4, 4];
  const linear: readonly (readonly [what: string, Computation, from: readonly number[], to: readonly number[]])[] = [
    ['a fully connected layer', { op: 'linear', weight: 'w', bias: null }, [1, 3], [1, 4]],
    ['a slice of its rows', { op: 'linear', weight: 'w', bias: null, rows: [1, 3] }, [1, 3], [1, 2]],
    ['a convolution', { op: 'convolution', weight: 'k', bias: null, groups: 1, kernel: [3, 3], stride: [2, 1], dilation: [1, 1], padding: [[1, 0], [2, 1]] }, plane, [1, 4, 2, 5]], // prettier-ignore
    ['a dilated one', { op: 'convolution', weight: 'k', bias: null, groups: 1, kernel: [3, 3], stride: [1, 1], dilation: [2, 2], padding: [[2, 2], [2, 2]] }, plane, [1, 4, 4, 4]], // prettier-ignore
    ['one along one axis', { op: 'convolution', weight: 'line', bias: null, groups: 1, kernel: [3], stride: [1], dilation: [1], padding: [[1, 1]] }, [1, 2, 5], [1, 4, 5]], // prettier-ignore
    ['one in groups', { op: 'convolution', weight: 'g2', bias: null, groups: 2, kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding: [[1, 1], [1, 1]] }, plane, [1, 4, 4, 4]], // prettier-ignore
    ['a transposed convolution', { op: 'transposed convolution', weight: 't', bias: null, groups: 1, kernel: [3, 3], stride: [2, 2], dilation: [1, 1], padding: [[1, 0], [1, 1]] }, plane, [1, 3, 8, 7]], // prettier-ignore
    ['a transposed one in groups', { op: 'transposed convolution', weight: 't', bias: null, groups: 2, kernel: [3, 3], stride: [1, 2], dilation: [1, 1], padding: [[1, 1], [0, -1]] }, plane, [1, 6, 4, 10]], // prettier-ignore
    ['enlarged images', { op: 'upsample', factors: [2, 3] }, [1, 2, 2, 2], [1, 2, 4, 6]],
    ['copies', { op: 'repeat', times: [1, 2, 1, 1] }, [1, 2, 2, 2], [1, 4, 2, 2]],
    ['means over windows', { op: 'pool', of: 'avg', countPadding: true, ...windows, padding: [[1, 1], [1, 1]] }, plane, [1, 2, 3, 3]], // prettier-ignore
    ['means without the padding', { op: 'pool', of: 'avg', countPadding: false, ...windows, padding: [[1, 1], [1, 1]] }, plane, [1, 2, 3, 3]], // prettier-ignore
    ['means over even parts', { op: 'adaptive pool', of: 'avg', axes: 2 }, plane, [1, 2, 3, 1]],
    ['a mean', { op: 'reduce', name: 'mean', axes: [1, 3] }, plane, [1, 4]],
    ['a sum', { op: 'reduce', name: 'sum', axes: [2] }, plane, [1, 2, 4]],
    ['a batch normalisation', { op: 'batch normalisation', mean: 'zero', variance: 'v', momentum: 0, epsilon: 1e-5, weight: 'g', bias: null }, plane, plane], // prettier-ignore
    ['a factor', { op: 'times', number: -3 }, [1, 3], [1, 3]],
    ['axes in another order', { op: 'permute', order: [0, 2, 3, 1] }, [1, 2, 3, 4], [1, 3, 4, 2]],
    ['a slice', { op: 'slice', slices: [{ axis: 1, start: 1, stop: 2, step: 1 }, { axis: 3, start: 0, stop: 4, step: 2 }], dropped: [1] }, plane, [1, 4, 2]], // prettier-ignore
    ['zeros around', { op: 'pad', padding: [[0, 0], [0, 0], [1, 0], [0, 2]], value: 0 }, plane, [1, 2, 5, 6]], // prettier-ignore
    ['repeated entries', { op: 'expand' }, [1, 3, 1], [1, 3, 2]],
  ];
  for (const [what, computation, from, to] of linear)
    it(`pass ${what} by the powers of its matrix`, () => {
      const state: State = {
        ...randomState({ w: [4, 3], k: [4, 2, 3, 3], line: [4, 2, 3], g: [2], g2: [4, 1, 3, 3], t: [2, 3, 3, 3] }, 5),
        zero: { shape: [2], values: new Float64Array(2) },
        v: { shape: [2], values: Float64Array.of(0.5, 2) },
      };
      const program = programOf([INPUT, from], [computation, to, 0]);
      const size = product(from);
      const flow = Float64Array.from({ length: size }, (_, i) => 1 + (i % 3));
      const expected = new Float64Array(product(to));
      for (let entry = 0; entry < size; entry++) {
        const column = computed(
          program,
          state,
          Float64Array.from({ length: size }, (_, i) => Number(i === entry)),
        );
        column.forEach((value, at) => (expected[at]! += value * value * flow[entry]!));
      }
      const operation = PATH_OPERATIONS[computation.op] as (site: PathSite, computation: Computation) => Float64Array;
      const site = { taken: [{ values: flow, shape: from }], shape: to, edge: (weight: number) => weight * weight, state: (name: string) => state[name]!.values }; // prettier-ignore
      const found = operation(site, computation);
      assert.equal(found.length, expected.length);
      found.forEach((value, at) => close(value, expected[at]!, 1e-4));
    });

  it('begin paths at everything that is added', async () => {
    const program = programOf(
      [INPUT, [1, 2]],
      [{ op: 'parameter', name: 'p' }, [1, 2]],
      [{ op: 'subtract' }, [1, 2], 0, 1],
      [{ op: 'plus', number: -3 }, [1, 2], 2],
      [{ op: 'fill', number: 2 }, [1, 1]],
      [{ op: 'concatenate', axis: 1 }, [1, 3], 3, 4],
    );
    const { one, two } = await programPathNorms(program, () => Promise.resolve([-4, 5]));
    close(one, 1 + 4 + 3 + 1 + 5 + 3 + 2, 1e-12);
    close(two, Math.sqrt(1 + 16 + 9 + 1 + 25 + 9 + 4), 1e-12);
  });

  const obstacles: readonly (readonly [string, Line, RegExp])[] = [
    ['a softmax', [{ op: 'softmax', axis: 1, logarithm: false }, [1, 2], 0], /^softmax is no sum over paths \(line 2\)$/],
    ['a curved activation', [{ op: 'activation', name: 'gelu', numbers: {} }, [1, 2], 0], /^gelu is not piecewise linear through 0/],
    ['a product', [{ op: 'multiply' }, [1, 2], 0, 0], /^multiply is no sum/],
    ['a norm', [{ op: 'reduce', name: 'norm', axes: [1] }, [1], 0], /^norm is no sum/],
    [
      'something unknown',
      [{ op: 'unsupported', name: 'f', why: 'it is', inputs: [], shape: null, line: 0 }, [1, 2], 0],
      /^`f` cannot be computed/,
    ],
    ['a free side', [RELU, [1, null], 0], /^the shape of a result is not known/],
    ['very much work', [{ op: 'linear', weight: 'w', bias: null }, [1, 2e10], 0], /^it would take 4\.0e\+10 multiplications$/],
  ];
  for (const [what, line, why] of obstacles)
    it(`are left out for ${what}, which is said`, () => assert.match(withoutPaths(programOf([INPUT, [1, 2]], line))!, why));

  it('are not kept from by what the output does not need', () =>
    assert.equal(
      withoutPaths({ ...programOf([INPUT, [1, 2]], [RELU, [1, 2], 0], [{ op: 'multiply' }, [1, 2], 0, 0]), output: 1 }),
      undefined,
    ));
});

describe('parts of programs', () => {
  it('lie between the first and the last user of some tensors', async () => {
    const part = partThrough(RESIDUAL, new Set(['a', 'b']))!;
    assert.deepEqual([...tensorsRead(part)].sort(), ['a', 'a.b', 'b', 'b.b']);
    const state = randomState(SHAPES, 9);
    const alone = programOf([INPUT, [1, 4, 3, 3]], [conv('a'), [1, 4, 3, 3], 0], [RELU, [1, 4, 3, 3], 1], [conv('b'), [1, 4, 3, 3], 2]);
    assert.deepEqual(await programPathNorms(part, reading(state)), await programPathNorms(alone, reading(state)));
  });

  it('include a skip connection between them', () =>
    assert.ok(partThrough(RESIDUAL, new Set(['a', 'head']))!.steps.some(({ op }) => op === 'add')));

  it('are none where another tensor enters, or a user is left out', () => {
    const two = programOf([INPUT, [1, 2]], [RELU, [1, 2], 0], [{ op: 'linear', weight: 'a', bias: null }, [1, 2], 1], [{ op: 'add' }, [1, 2], 2, 0], [{ op: 'linear', weight: 'b', bias: null }, [1, 2], 3]); // prettier-ignore
    assert.equal(partThrough(two, new Set(['a', 'b'])), undefined, 'the input enters beside what a takes');
    const beside = programOf([INPUT, [1, 2]], [{ op: 'linear', weight: 'a', bias: null }, [1, 2], 0], [{ op: 'linear', weight: 'b', bias: null }, [1, 2], 0], [{ op: 'add' }, [1, 2], 1, 2]); // prettier-ignore
    assert.equal(partThrough(beside, new Set(['a', 'b'])), undefined, 'a does not lead to b');
    assert.equal(partThrough(two, new Set(['c'])), undefined, 'nothing reads it');
  });
});
