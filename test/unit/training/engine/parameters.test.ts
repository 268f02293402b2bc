import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Random } from '../../../../src/common/random';
import { ParameterMemory } from '../../../../src/training/engine/parameterMemory';
import { requireOrthogonal } from '../orthogonality';
import { Parameters, type Initialiser } from '../../../../src/training/engine/parameters';

describe('Parameters', () => {
  const SIZE = 10_000;
  const drawn = (initialiser: Initialiser, seed = 5) => {
    const parameters = new Parameters(new Random(seed));
    parameters.declare('w', [SIZE / 10, 10], initialiser);
    const values = parameters.values('w');
    parameters.dispose();
    return values;
  };
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = (values: Float32Array) => Math.sqrt(mean(values.map(value => value ** 2)));
  const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

  /** The deviation of a standard normal that is cut at ±2. */
  const CUT = 0.8796;
  const initialisers: [initialiser: Initialiser, deviation: number, bound: number][] = [
    [{ kind: 'zeros' }, 0, 0],
    [{ kind: 'ones' }, 1, 1],
    [{ kind: 'uniform', bound: 0.3 }, 0.3 / Math.sqrt(3), 0.3],
    [{ kind: 'normal', deviation: 2 }, 2, 12],
    [{ kind: 'truncated', deviation: 0.02 }, 0.02 * CUT, 0.04],
  ];
  for (const [initialiser, expected, bound] of initialisers)
    it(`draws ${JSON.stringify(initialiser)} with root mean square ${expected.toFixed(3)} within ±${bound}`, () => {
      const values = drawn(initialiser);
      assert.ok(Math.abs(deviation(values) - expected) <= 0.03 * expected, `${deviation(values)}`);
      assert.ok(largest(values) <= Math.fround(bound));
    });

  it('draws matrices whose shorter side is orthogonal, with every sign as likely as the other', () => {
    const side = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(side, side, fc.double({ min: 0.1, max: 3, noNaN: true }), fc.integer(), (rows, columns, gain, seed) => {
        const parameters = new Parameters(new Random(seed));
        parameters.declare('w', [rows, columns], { kind: 'orthogonal', gain, rows });
        requireOrthogonal(parameters.values('w'), rows, gain);
        parameters.dispose();
      }),
      { numRuns: 50 },
    );
    const first = Array.from({ length: 400 }, (_, seed) => {
      const parameters = new Parameters(new Random(seed));
      parameters.declare('w', [3, 3], { kind: 'orthogonal', gain: 1, rows: 3 });
      return parameters.values('w');
    });
    for (let entry = 0; entry < 9; entry++) {
      const met = Float32Array.from(first, values => values[entry]!);
      assert.ok(Math.abs(mean(met)) < 0.15, `entry ${entry} has mean ${mean(met)}`);
      assert.ok(Math.abs(deviation(met) - 1 / Math.sqrt(3)) < 0.05, `entry ${entry} has deviation ${deviation(met)}`);
    }
  });

  it('draws by seed and name, whatever else is declared', () => {
    const normal = { kind: 'normal', deviation: 1 } as const;
    const [alone, among] = [new Parameters(new Random(5)), new Parameters(new Random(5))];
    alone.declare('w', [3], normal);
    among.declare('v', [3], normal);
    among.declare('w', [3], normal);
    assert.deepEqual(among.values('w'), alone.values('w'));
    assert.notDeepEqual(among.values('v'), among.values('w'));
    assert.notDeepEqual(drawn(normal, 6), drawn(normal, 5));
  });

  const model = () => {
    const parameters = new Parameters(new Random(1));
    parameters.declare('a', [2, 3], { kind: 'ones' });
    parameters.declare('b', [5], { kind: 'zeros' });
    parameters.declare('c', [], { kind: 'ones' });
    return parameters;
  };

  it('says what it holds', () => {
    const parameters = model();
    assert.deepEqual(parameters.names, ['a', 'b', 'c']);
    assert.equal(parameters.count, 12);
    assert.deepEqual(parameters.shape('a'), [2, 3]);
    assert.deepEqual(parameters.variable('a').shape, [2, 3]);
  });

  it('gives two models with the same names variables of their own', () => {
    const [first, second] = [model(), model()];
    first.values('a').fill(9);
    assert.deepEqual(second.values('a'), new Float32Array(6).fill(1));
    assert.notEqual(first.variable('a').name, second.variable('a').name);
  });

  it('hands out one live view, and copies as snapshots', () => {
    const parameters = model();
    const view = parameters.values('a');
    const snapshot = parameters.snapshot();
    view[4] = 7;
    assert.equal(parameters.values('a')[4], 7);
    assert.equal(snapshot.get('a')![4], 1);
    parameters.restore(snapshot);
    assert.equal(view[4], 1);
  });

  const misuses: [what: string, misuse: (parameters: Parameters) => unknown, message: RegExp][] = [
    ['a name declared twice', p => p.declare('a', [1], { kind: 'zeros' }), /a is declared twice/],
    [
      'a declaration after use',
      p => {
        p.values('a');
        p.declare('d', [1], { kind: 'zeros' });
      },
      /d is declared after/,
    ],
    ['an unknown name', p => p.values('d'), /no parameter d/],
    ['a snapshot of another size', p => p.restore(new Map([['b', new Float32Array(4)]])), /4 values for b, which has 5/],
    ['a snapshot with another name', p => p.restore(new Map([['d', new Float32Array(4)]])), /no parameter d/],
    [
      'use after disposal',
      p => {
        p.dispose();
        p.values('a');
      },
      /disposed/,
    ],
  ];
  for (const [what, misuse, message] of misuses) it(`refuses ${what}`, () => assert.throws(() => misuse(model()), message));

  it('changes nothing when a snapshot does not fit', () => {
    const parameters = model();
    assert.throws(() =>
      parameters.restore(
        new Map([
          ['a', new Float32Array(6)],
          ['b', new Float32Array(1)],
        ]),
      ),
    );
    assert.deepEqual(parameters.values('a'), new Float32Array(6).fill(1));
  });
});

describe('ParameterMemory', () => {
  it('gives every parameter room of its own in every region, and stretches that cover exactly the chosen ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.boolean()),
        (sizes, coins) => {
          const memory = new ParameterMemory(sizes);
          const indices = sizes.map((_, index) => index);
          for (const index of indices) {
            memory.weights(index).fill(index + 1);
            memory.gradients(index).fill(-index - 1);
          }
          for (const index of indices) {
            assert.deepEqual(memory.weights(index), new Float32Array(sizes[index]!).fill(index + 1));
            assert.deepEqual(memory.gradients(index), new Float32Array(sizes[index]!).fill(-index - 1));
          }
          const chosen = indices.filter(() => coins.next().value as boolean);
          const covered = memory.stretches(chosen).map(stretch => {
            assert.equal(stretch.length % 4, 0);
            return [...new Float32Array(memory.memory.buffer, memory.addresses(stretch).weights, stretch.length)];
          });
          const expected = chosen.flatMap(index => Array<number>(sizes[index]!).fill(index + 1));
          assert.deepEqual(
            covered.flat().filter(value => value !== 0),
            expected,
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('runs exclusive work in order, past work that fails', async () => {
    const memory = new ParameterMemory([1]);
    const order: string[] = [];
    const slow = memory.exclusively(async () => {
      await new Promise(resolve => setTimeout(resolve, 5));
      order.push('slow');
    });
    const failing = memory.exclusively(() => {
      order.push('failing');
      throw new Error('no');
    });
    const quick = memory.exclusively(() => order.push('quick'));
    await assert.rejects(failing, /no/);
    await Promise.all([slow, quick]);
    assert.deepEqual(order, ['slow', 'failing', 'quick']);
  });
});
