import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import { cholesky, choleskySolve, logDeterminant } from '../../../src/theory/cholesky';
import { gram, kernel } from '../../../src/theory/gram';
import type { Matrix } from '../../../src/theory/matrix';
import { rowSpace } from '../../../src/theory/rowSpace';
import { close, matrixOf, multiply, normalMatrix } from './support';

const transposed = ({ rows, columns, values }: Matrix): Matrix => ({
  rows: columns,
  columns: rows,
  values: Float64Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!),
});

function agree(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++)
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `entry ${i}: ${actual[i]!}, ${expected[i]!}`);
}

const size = fc.integer({ min: 1, max: 23 });

describe('linear algebra of the scores', () => {
  it('multiplies columns and rows with each other, whatever the remainder of a tile', () => {
    fc.assert(
      fc.property(size, size, fc.integer(), (rows, columns, seed) => {
        const matrix = normalMatrix(new Random(seed), rows, columns);
        agree(gram(matrix).values, multiply(transposed(matrix), matrix).values, 1e-12);
        agree(kernel(matrix).values, multiply(matrix, transposed(matrix)).values, 1e-12);
      }),
    );
    const tall = normalMatrix(new Random(1), 600, 3);
    agree(gram(tall).values, multiply(transposed(tall), tall).values, 1e-10);
  });

  it('solves and takes determinants by Cholesky factors, and refuses what is not positive definite', () => {
    fc.assert(
      fc.property(size, fc.integer(), (n, seed) => {
        const random = new Random(seed);
        const matrix = gram(normalMatrix(random, n + 8, n));
        const solution = normalMatrix(random, n, 1);
        const factor = cholesky(matrix)!;
        agree(choleskySolve(factor, multiply(matrix, solution).values), solution.values, 1e-8);
      }),
    );
    const factor = cholesky(matrixOf([[4, 2], [2, 5]]))!; // prettier-ignore
    close(logDeterminant(factor, 2), Math.log(16), 1e-14);
    assert.equal(cholesky(matrixOf([[1, 2], [2, 1]])), undefined); // prettier-ignore
  });

  it('keeps all inner products of rows in their row space', () => {
    fc.assert(
      fc.property(size, size, fc.integer(), (rows, more, seed) => {
        const matrix = normalMatrix(new Random(seed), rows, rows + more);
        const { coordinates, ones } = rowSpace(matrix);
        agree(kernel(coordinates).values, kernel(matrix).values, 1e-11);
        const sums = multiply(matrix, { rows: rows + more, columns: 1, values: new Float64Array(rows + more).fill(1) });
        agree(multiply(coordinates, { rows, columns: 1, values: ones }).values, sums.values, 1e-11);
      }),
    );
    agree(rowSpace(matrixOf([[0, 0, 0], [3, 0, 4]])).coordinates.values.map(Math.abs), [0, 0, 3, 4], 1e-15); // prettier-ignore
    assert.throws(() => rowSpace(matrixOf([[1]])), /span all 1 dimensions/);
  });
});
