import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Random } from '../../../../src/common/random';
import { symmetricEigenvalues } from '../../../../src/theory/symmetricEigen';
import { BracketAccumulator } from '../../../../src/theory/weights/bracketAccumulator';
import { EntryNormAccumulator, type MatrixLayout } from '../../../../src/theory/weights/matrixNorms';
import { plainProduct } from '../../../../src/theory/weights/products';
import { Scratch } from '../../../../src/theory/weights/scratch';
import { singleBracket } from '../../../../src/theory/weights/singleBracket';
import type { SingleAlgebra } from '../../../../src/theory/weights/singleGram';
import type { Bracket } from '../../../../src/theory/weights/spectralBracket';
import { nativeProduct } from '../../../../src/training/engine/nativeProduct';
import { nativeSingle } from '../../../../src/training/engine/nativeSingle';

const SLICE = 4;
const { fround } = Math;
/** The 32-bit float that a step of one unit of roundoff leads to, upwards or downwards. */
const pushed = (value: number, direction: number) => fround(value * (1 + direction * 2 ** -24));

/** 32-bit sums of slices of four products whose roundings all go one way: as wrong as the contract of a `SingleAlgebra` allows. */
const biased = (direction: number): SingleAlgebra => ({
  gram: (size, side) => {
    const values = new Float32Array(size * size);
    let additions = 0;
    return Promise.resolve({
      slice: SLICE,
      add: (part, inner) => {
        const at = (line: number, k: number) => part[side === 'rows' ? line * inner + k : k * size + line]!;
        for (let from = 0; from < inner; from += SLICE, additions++)
          for (let i = 0; i < size; i++)
            for (let j = 0; j < size; j++) {
              let sum = 0;
              for (let k = from; k < Math.min(inner, from + SLICE); k++) sum = pushed(sum + at(i, k) * at(j, k), direction);
              values[i * size + j] = pushed(values[i * size + j]! + sum, direction);
            }
        return Promise.resolve();
      },
      finish: () => ({ values, additions }),
    });
  },
  apply: (matrix, size, vector) =>
    Promise.resolve(
      Float32Array.from({ length: size }, (_, i) => vector.reduce((sum, entry, j) => sum + matrix[i * size + j]! * entry, 0)),
    ),
});

function randomMatrix({ rows, columns }: MatrixLayout, decay: number, seed: number, scale = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: rows * columns }, (_, index) => scale * random.normal() * (1 + (index % columns)) ** -decay);
}

/** The spectral norm from the eigenvalues of the smaller Gram matrix in 64-bit floats. */
async function exactNorm(values: Float32Array, { rows, columns }: MatrixLayout): Promise<number> {
  const wide = Float64Array.from(values);
  const turned = wide.map((_, at) => wide[(at % rows) * columns + Math.floor(at / rows)]!);
  const [lines, size, inner] = rows > columns ? [turned, columns, rows] : [wide, rows, columns];
  return Math.sqrt(symmetricEigenvalues({ rows: size, columns: size, values: await plainProduct(lines, lines, size, size, inner) })[0]!);
}

const layoutOf = (rows: number, columns: number): MatrixLayout => ({ rows, columns, outputs: 'rows' });

function norms(values: Float32Array, layout: MatrixLayout) {
  const entries = new EntryNormAccumulator(layout);
  entries.add(values);
  return entries.norms();
}

/** Small matrices are given once. */
const notReadAgain = () => assert.fail('was read again');

const bracketed = (values: Float32Array, layout: MatrixLayout, algebra: SingleAlgebra): Promise<Bracket | undefined> =>
  singleBracket(values, layout, norms(values, layout), algebra, plainProduct, new Scratch());

const contains = ({ lower, upper }: Bracket, value: number, gap: number) => {
  assert.ok(lower <= value * (1 + 1e-13) && value * (1 - 1e-13) <= upper, `${value} lies in [${lower}, ${upper}]`);
  assert.ok(upper - lower <= gap * upper, `[${lower}, ${upper}] is narrow`);
};

describe('brackets from 32-bit Gram matrices', () => {
  it('hold for matrices of any shape when every rounding goes the wrong way', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 0, max: 2 }),
        fc.constantFrom(-1, 1),
        fc.nat(),
        async (rows, columns, decay, direction, seed) => {
          const layout = layoutOf(rows, columns);
          const values = randomMatrix(layout, decay, seed);
          contains((await bracketed(values, layout, biased(direction)))!, await exactNorm(values, layout), 1e-3);
        },
      ),
      { numRuns: 40 },
    ));

  it('would miss the norm if the roundings were not counted', async () => {
    const layout = layoutOf(400, 3);
    const values = Float32Array.from({ length: 1200 }, (_, at) => 1 + (at % 7) / 3);
    const sum = await biased(-1).gram(3, 'columns');
    await sum.add(values, 400);
    const low = Math.sqrt(symmetricEigenvalues({ rows: 3, columns: 3, values: sum.finish().values })[0]!);
    const exact = await exactNorm(values, layout);
    assert.ok(low < exact * (1 - 1e-6));
    contains((await bracketed(values, layout, biased(-1)))!, exact, 1e-3);
  });

  for (const [what, scale] of [
    ['too small', 1e-18],
    ['too large', 1e18],
  ] as const)
    it(`are left to 64-bit floats where squares are ${what} for 32 bits`, async () => {
      const layout = layoutOf(6, 5);
      const values = randomMatrix(layout, 0, 3, scale);
      assert.equal(await bracketed(values, layout, biased(1)), undefined);
      const big = layoutOf(520, 514);
      const accumulator = new BracketAccumulator(big, { product: await nativeProduct(1), single: await nativeSingle(1) });
      const large = randomMatrix(big, 1, 4, scale);
      await accumulator.add(large);
      const { bracket, gram } = await accumulator.finish(norms(large, big), notReadAgain);
      assert.ok(gram, 'a Gram matrix in 64-bit floats was made');
      assert.ok(bracket.upper / bracket.lower < 1 + 1e-4 && bracket.lower > scale);
    });

  for (const [rows, columns] of [
    [520, 514],
    [514, 520],
    [1030, 513],
    [513, 1100],
    [1500, 1530],
  ] as const)
    it(`of the native engine agree with 64-bit ones for ${rows} × ${columns}`, async () => {
      const layout = layoutOf(rows, columns);
      const values = randomMatrix(layout, 0, rows);
      const products = { product: await nativeProduct(1), single: await nativeSingle(1) };
      const found = async (precise: boolean) => {
        const accumulator = new BracketAccumulator(layout, products, precise);
        for (let at = 0; at < values.length; at += 100_000) await accumulator.add(values.subarray(at, at + 100_000));
        return accumulator.finish(norms(values, layout), notReadAgain);
      };
      const [rough, fine] = [await found(false), await found(true)];
      assert.equal(rough.gram, undefined);
      assert.ok(rough.bracket.lower <= fine.bracket.upper && fine.bracket.lower <= rough.bracket.upper);
      assert.ok(rough.bracket.upper / rough.bracket.lower < 1 + 1e-3, JSON.stringify(rough.bracket));
    });
});
