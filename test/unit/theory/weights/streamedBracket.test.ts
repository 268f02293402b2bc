import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Random } from '../../../../src/common/random';
import { symmetricEigenvalues } from '../../../../src/theory/symmetricEigen';
import { BracketAccumulator } from '../../../../src/theory/weights/bracketAccumulator';
import { factorised } from '../../../../src/theory/weights/definiteness';
import { packedTriangle, triangleTimes } from '../../../../src/theory/weights/lowerTriangle';
import { EntryNormAccumulator, type EntryNorms } from '../../../../src/theory/weights/matrixNorms';
import { wholeRows, windowOf, type MatrixSource } from '../../../../src/theory/weights/matrixSource';
import { plainProduct } from '../../../../src/theory/weights/products';
import { Scratch } from '../../../../src/theory/weights/scratch';
import type { Bracket } from '../../../../src/theory/weights/spectralBracket';
import { streamedBracket } from '../../../../src/theory/weights/streamedBracket';
import { streamedGram, type StreamLimits } from '../../../../src/theory/weights/streamedGram';

/** So low that matrices of a few dozen numbers are streamed: Gram matrices in 64-bit floats up to order 4, in 32-bit ones up to 20. */
const LIMITS: StreamLimits = { side: 20, doubleSide: 4, slice: 64, window: 64 };

interface Sample {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

function sample(rows: number, columns: number, decay: number, seed: number, scale = 1): Sample {
  const random = new Random(seed);
  const values = Float64Array.from({ length: rows * columns }, (_, at) => scale * random.normal() * (1 + (at % columns)) ** -decay);
  return { rows, columns, values };
}

/** A source that gives chunks of `size` numbers, and counts how often it was read. */
function sourceOf({ rows, columns, values }: Sample, size: number): MatrixSource & { readonly passes: () => number } {
  let passes = 0;
  async function* chunks() {
    passes++;
    for (let at = 0; at < values.length; at += size) yield Promise.resolve(values.slice(at, at + size));
  }
  return { rows, columns, chunks, passes: () => passes };
}

function normsOf({ rows, columns, values }: Sample): EntryNorms {
  const entries = new EntryNormAccumulator({ rows, columns, outputs: 'rows' });
  entries.add(values);
  return entries.norms();
}

const streamed = (matrix: Sample, limits = LIMITS, size = 7): Promise<Bracket> =>
  streamedBracket(sourceOf(matrix, size), normsOf(matrix), plainProduct, new Scratch(), limits);

/** The spectral norm by all eigenvalues of the Gram matrix of the smaller side, entry by entry. */
function exactNorm({ rows, columns, values }: Sample): number {
  const [size, inner] = rows > columns ? [columns, rows] : [rows, columns];
  const at = (line: number, k: number) => values[rows > columns ? k * columns + line : line * columns + k]!;
  const gram = Float64Array.from({ length: size * size }, (_, place) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += at(Math.floor(place / size), k) * at(place % size, k);
    return sum;
  });
  return Math.sqrt(symmetricEigenvalues({ rows: size, columns: size, values: gram })[0]!);
}

const holds = ({ lower, upper }: Bracket, exact: number) =>
  assert.ok(lower <= exact * (1 + 1e-13) && exact * (1 - 1e-13) <= upper, `${exact} lies in [${lower}, ${upper}]`);

const SIDE = fc.integer({ min: 1, max: 60 });

describe('brackets of matrices that are not held', () => {
  it('hold for any shape, spectrum, scale and size of chunks, and name the bound where the Gram matrix would be too large', () =>
    fc.assert(
      fc.asyncProperty(
        SIDE,
        SIDE,
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 130 }),
        fc.constantFrom(1e-150, 1e-20, 1, 1e20, 1e150),
        fc.nat(),
        async (rows, columns, decay, size, scale, seed) => {
          const matrix = sample(rows, columns, decay, seed, scale);
          const exact = exactNorm({ ...matrix, values: matrix.values.map(value => value / scale) });
          const found = await streamed(matrix, LIMITS, size);
          const bracket = { lower: found.lower / scale, upper: found.upper / scale };
          holds(bracket, exact);
          const fits = Math.min(rows, columns) <= LIMITS.side;
          assert.equal(found.upperBy === undefined, fits);
          if (fits) assert.ok(bracket.upper <= exact * (1 + 2e-3), `${bracket.upper} comes close to ${exact}`);
          assert.ok(bracket.upper <= (normsOf(matrix).frobenius / scale) * (1 + 1e-9), 'is never above the Frobenius norm');
        },
      ),
      { numRuns: 80 },
    ));

  for (const [rows, columns, why] of [
    [50, 3, 'by slices of rows in 64-bit floats'],
    [3, 50, 'by windows of columns in 64-bit floats'],
    [50, 18, 'by slices of rows, sums in 32-bit floats'],
    [18, 50, 'by windows of columns, sums in 32-bit floats'],
    [20, 20, 'of a square matrix'],
  ] as const)
    it(`agree with those of a matrix that is held, ${why}`, async () => {
      const matrix = sample(rows, columns, 0, rows + columns);
      const layout = { rows, columns, outputs: 'rows' as const };
      const accumulator = new BracketAccumulator(layout, { product: plainProduct });
      await accumulator.add(matrix.values);
      const { bracket } = await accumulator.finish(normsOf(matrix), () => assert.fail('a small matrix was read again'));
      const exact = exactNorm(matrix);
      const found = await streamed(matrix);
      for (const one of [bracket, found]) holds(one, exact);
      assert.ok(Math.abs(found.upper - bracket.upper) <= 1e-5 * exact && Math.abs(found.lower - bracket.lower) <= 1e-5 * exact);
    });

  it('are made of what is read again where a matrix does not fit the memory that is given', async () => {
    const matrix = sample(12, 40, 0, 3);
    const source = sourceOf(matrix, 11);
    const accumulator = new BracketAccumulator(
      { ...matrix, outputs: 'rows' },
      { product: plainProduct, limits: { bytes: 1000, stream: LIMITS } },
    );
    for await (const values of source.chunks()) await accumulator.add(values);
    const { bracket, gram } = await accumulator.finish(normsOf(matrix), source.chunks);
    assert.equal(gram, undefined);
    assert.equal(source.passes(), 1 + Math.ceil(40 / Math.floor(64 / 12)), 'once for the norms of its entries, then once a window');
    holds(bracket, exactNorm(matrix));
  });

  it('are those of zero for a zero matrix', async () =>
    assert.deepEqual(await streamed({ rows: 30, columns: 30, values: new Float64Array(900) }), { lower: 0, upper: 0 }));
});

describe('matrices whose Gram matrices are too large', () => {
  const diagonal = (size: number, entry: (i: number) => number): Sample => {
    const values = new Float64Array(size * size);
    for (let i = 0; i < size; i++) values[i * size + i] = entry(i);
    return { rows: size, columns: size, values };
  };
  const rankOne: Sample = { rows: 45, columns: 50, values: Float64Array.from({ length: 45 * 50 }, (_, at) => Math.sin(1 + Math.floor(at / 50)) * Math.cos(at % 50)) }; // prettier-ignore

  for (const [what, matrix, by, looseness] of [
    ['noise, by its blocks', sample(60, 60, 0, 5), 'blocks', 1.5],
    ['rank one, by its Frobenius norm', rankOne, 'frobenius', 1 + 1e-12],
    ['a permutation, by the sums of its rows and columns', diagonal(48, () => 1), 'absoluteSums', 1 + 1e-12],
    ['one entry, by any of them', diagonal(41, i => (i === 7 ? 3 : 0)), undefined, 1 + 1e-6],
  ] as const)
    it(`are bounded: ${what}`, async () => {
      const exact = exactNorm(matrix);
      const found = await streamed(matrix);
      holds(found, exact);
      if (by) assert.equal(found.upperBy, by);
      assert.ok(found.upper <= looseness * exact, `${found.upper} is at most ${looseness} × ${exact}`);
      assert.ok(found.lower >= 0.98 * exact, `${found.lower} comes close to ${exact}`);
    });

  it('come closer the fewer blocks there are', async () => {
    const matrix = sample(60, 60, 0, 6);
    const uppers = [];
    for (const side of [60, 30, 20, 6]) uppers.push((await streamed(matrix, { ...LIMITS, side })).upper);
    assert.deepEqual(
      uppers,
      uppers.toSorted((a, b) => a - b),
    );
  });
});

describe('Gram matrices that are kept in 32-bit floats', () => {
  it('are off by no more than is said, whatever the number of additions', () =>
    fc.assert(
      fc.asyncProperty(SIDE, SIDE, fc.integer({ min: 8, max: 600 }), fc.nat(), async (rows, columns, numbers, seed) => {
        const matrix = sample(rows, columns, seed % 3, seed, 0.02);
        const gramWith = (doubleSide: number) =>
          streamedGram(sourceOf(matrix, 13), plainProduct, new Scratch(), { side: 100, doubleSide, slice: numbers, window: numbers });
        const [single, double] = [await gramWith(0), await gramWith(100)];
        assert.deepEqual([double.rounding, single.size], [0, Math.min(rows, columns)]);
        const { size, rounding, trace } = single;
        const off = new Float64Array(size * size);
        for (let i = 0, at = 0; i < size; i++)
          for (let j = 0; j <= i; j++, at++) off[i * size + j] = off[j * size + i] = single.values[at]! - double.values[at]!;
        const eigenvalues = symmetricEigenvalues({ rows: size, columns: size, values: off });
        const most = Math.max(...Array.from(eigenvalues, Math.abs));
        assert.ok(most <= rounding && rounding <= 1e-4 * trace, `${most} is at most ${rounding}`);
      }),
      { numRuns: 60 },
    ));
});

describe('what streams are made of', () => {
  it('gathers whole rows of chunks of any size', async () => {
    const matrix = sample(9, 5, 0, 1);
    for (const size of [1, 4, 5, 6, 12, 45, 100]) {
      const rows: number[] = [];
      for await (const values of wholeRows(sourceOf(matrix, size))) {
        assert.equal(values.length % 5, 0);
        rows.push(...values);
      }
      assert.deepEqual(rows, [...matrix.values], `chunks of ${size}`);
    }
  });

  it('cuts windows out of them, scaled', async () => {
    const values: number[] = [];
    const window = windowOf(sourceOf({ rows: 3, columns: 4, values: Float64Array.from({ length: 12 }, (_, i) => i) }, 5), { rows: [1, 3], columns: [1, 3] }, 2); // prettier-ignore
    for await (const part of window.chunks()) values.push(...part);
    assert.deepEqual([values, window.rows, window.columns], [[10, 12, 18, 20], 2, 2]);
  });

  it('multiplies a triangle as the whole matrix', () => {
    const triangle = packedTriangle(Float64Array.of(2, 1, 3, -1, 0, 5), 3);
    assert.deepEqual([...triangleTimes(triangle, Float64Array.of(1, 2, 3))], [2 + 2 - 3, 1 + 6, -1 + 15]);
  });

  it('factors in blocks of columns as in one piece', async () => {
    const size = 200;
    const { values } = sample(size, size, 0, 8);
    const gram = await plainProduct(values, values, size, size, size);
    const packed = new Float64Array((size * (size + 1)) / 2);
    for (let i = 0; i < size; i++) packed.set(gram.subarray(i * size, i * size + i + 1), (i * (i + 1)) / 2);
    const largest = symmetricEigenvalues({ rows: size, columns: size, values: gram })[0]!;
    for (const block of [64, 128, 192, 256, size])
      for (const [factor, positive] of [
        [1 - 1e-9, false],
        [1 + 1e-9, true],
      ] as const) {
        const found = await factorised(packedTriangle(packed, size), largest * factor, plainProduct, new Scratch(), block);
        assert.equal(found !== undefined, positive, `${block} columns, ${factor}`);
      }
  });
});
