import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/common/random';
import type { Matrix } from '../../../src/theory/matrix';
import { rotateTargets, symmetricEigen, symmetricEigenvalues } from '../../../src/theory/symmetricEigen';
import { close, mapMatrix, matrixOf, multiply, normalMatrix } from './support';

const transposed = ({ rows, columns, values }: Matrix): Matrix => ({
  rows: columns,
  columns: rows,
  values: Float64Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!),
});

function agree(actual: Matrix, expected: Matrix, tolerance: number): void {
  actual.values.forEach((value, i) =>
    assert.ok(Math.abs(value - expected.values[i]!) <= tolerance, `entry ${i}: ${value}, ${expected.values[i]!}`),
  );
}

/** Vᵀ diag(values) V gives the matrix back, and the rows of V are orthonormal. */
function checkDecomposition(matrix: Matrix): void {
  const { values, vectors } = symmetricEigen(matrix);
  const n = matrix.rows;
  const scale = Math.max(1e-300, ...matrix.values.map(Math.abs));
  const weighted = mapMatrix(vectors, (value, i) => value * values[Math.floor(i / n)]!);
  agree(multiply(transposed(vectors), weighted), matrix, 1e-13 * n * scale);
  agree(
    multiply(vectors, transposed(vectors)),
    mapMatrix(matrix, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    1e-13 * n,
  );
  for (let i = 1; i < n; i++) assert.ok(values[i - 1]! >= values[i]!, 'falling order');
}

describe('symmetric eigenvalues', () => {
  const known: readonly (readonly [rows: number[][], values: number[]])[] = [
    [[[3]], [3]],
    [[[2, 1], [1, 2]], [3, 1]],
    [[[0, 1], [1, 0]], [1, -1]],
    [[[2, -1, 0], [-1, 2, -1], [0, -1, 2]], [2 + Math.SQRT2, 2, 2 - Math.SQRT2]],
  ]; // prettier-ignore
  for (const [rows, values] of known)
    it(`finds ${values.join(', ')}`, () => symmetricEigen(matrixOf(rows)).values.forEach((value, i) => close(value, values[i]!, 1e-14)));

  it('decomposes random matrices of any size, also of low rank', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }), fc.integer(), (n, rank, seed) => {
        const factor = normalMatrix(new Random(seed), n, rank);
        checkDecomposition(multiply(factor, transposed(factor)));
        const square = normalMatrix(new Random(seed), n, n);
        checkDecomposition(mapMatrix(square, (value, i) => value + transposed(square).values[i]!));
      }),
      { numRuns: 40 },
    );
  });

  it('decomposes 0, the identity and 120 × 120 matrices of full and of low rank', () => {
    checkDecomposition(mapMatrix(normalMatrix(new Random(1), 5, 5), () => 0));
    checkDecomposition(mapMatrix(normalMatrix(new Random(1), 6, 6), (_, i) => (i % 7 === 0 ? 1 : 0)));
    for (const rank of [150, 30]) {
      const factor = normalMatrix(new Random(2), 120, rank);
      checkDecomposition(multiply(factor, transposed(factor)));
    }
  });

  it('does not depend on the scale of the matrix', () => {
    const factor = normalMatrix(new Random(3), 9, 9);
    const matrix = multiply(factor, transposed(factor));
    const { values } = symmetricEigen(matrix);
    for (const scale of [1e-250, 1e250])
      symmetricEigenvalues(mapMatrix(matrix, value => scale * value)).forEach((value, i) => close(value, scale * values[i]!, 1e-9));
  });

  it('rotates targets as the eigenvectors would', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 5 }), fc.integer(), (n, columns, seed) => {
        const random = new Random(seed);
        const factor = normalMatrix(random, n, n);
        const matrix = multiply(factor, transposed(factor));
        const targets = normalMatrix(random, n, columns);
        const rotated = rotateTargets(matrix, targets);
        const { values, vectors } = symmetricEigen(matrix);
        assert.deepEqual(rotated.values, values);
        agree(rotated.targets, multiply(vectors, targets), 1e-11);
        assert.deepEqual(symmetricEigenvalues(matrix), values);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses what has no eigenvalues', () => {
    assert.throws(() => rotateTargets(matrixOf([[1]]), matrixOf([[1], [2]])), /2 rows of targets/);
    assert.throws(() => symmetricEigen(matrixOf([[1, 2]])), /1 × 2/);
    assert.throws(() => symmetricEigen(matrixOf([[NaN]])), /not a finite number/);
  });
});
