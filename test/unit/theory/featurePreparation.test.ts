import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { columnMeans, scatter } from '../../../src/theory/covariance';
import { featurePreparations } from '../../../src/theory/featurePreparation';
import { meanSquareNorm, type Matrix } from '../../../src/theory/matrix';
import { close, mapMatrix, matrixOf, multiply, normalMatrix } from './support';

const mixing = matrixOf([[3, 1, 0], [0, 0.5, 0.2], [0, 0, 0.1]]); // prettier-ignore
const unlabelled = mapMatrix(multiply(normalMatrix(new Random(1), 400, 3), mixing), (value, i) => value + (i % 3));
const withoutConstant = (matrix: Matrix): Matrix => ({
  rows: matrix.rows,
  columns: matrix.columns - 1,
  values: Float64Array.from(matrix.values).filter((_, i) => i % matrix.columns !== matrix.columns - 1),
});
const covariance = (matrix: Matrix) => scatter(matrix, columnMeans(matrix)).values.map(value => value / (matrix.rows - 1));

describe('feature preparation F3', () => {
  it('only centres at α = 0', () => {
    const means = columnMeans(unlabelled);
    const prepared = withoutConstant(featurePreparations(unlabelled, [{ exponent: 0, unitNormalised: false }])[0]!.apply(unlabelled));
    prepared.values.forEach((value, i) => close(value, unlabelled.values[i]! - means[i % 3]!, 1e-12));
  });

  it('whitens at α = 1, and twice α = ½ is α = 1', () => {
    const apply = (exponent: number, to: Matrix, from = unlabelled) =>
      withoutConstant(featurePreparations(from, [{ exponent, unitNormalised: false }])[0]!.apply(to));
    covariance(apply(1, unlabelled)).forEach((value, i) => assert.ok(Math.abs(value - (i % 4 === 0 ? 1 : 0)) < 1e-10));
    const once = covariance(apply(0.5, unlabelled));
    const twice = multiply({ rows: 3, columns: 3, values: once }, { rows: 3, columns: 3, values: once });
    covariance(unlabelled).forEach((value, i) => assert.ok(Math.abs(value - twice.values[i]!) < 1e-9));
  });

  it('appends a constant as large as the rest, or 1 to rows of norm 1', () => {
    const grid = [
      { exponent: 0.5, unitNormalised: false },
      { exponent: 0.5, unitNormalised: true },
    ];
    const [plain, unit] = featurePreparations(unlabelled, grid).map(preparation => preparation.apply(unlabelled));
    close(plain!.values[3]!, Math.sqrt(meanSquareNorm(withoutConstant(plain!))), 1e-12);
    for (let i = 0; i < unlabelled.rows; i++) {
      close(Math.hypot(...unit!.values.subarray(4 * i, 4 * i + 3)), 1, 1e-12);
      assert.equal(unit!.values[4 * i + 3], 1);
    }
  });

  it('does not blow up collapsed or constant features', () => {
    const collapsed = mapMatrix(unlabelled, (value, i) => (i % 3 === 0 ? value : 7));
    for (const matrix of [collapsed, mapMatrix(unlabelled, () => 7)])
      for (const unitNormalised of [true, false]) {
        const [preparation] = featurePreparations(matrix, [{ exponent: 1, unitNormalised }]);
        assert.ok(preparation!.apply(matrix).values.every(value => Math.abs(value) < 10));
      }
  });

  it('takes two unlabelled points', () =>
    assert.throws(() => featurePreparations(matrixOf([[1, 2]]), []), /at least two unlabelled points: give the data set more/));
});
