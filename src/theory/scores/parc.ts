import { columnMeans } from '../covariance';
import { addProducts } from '../gram';
import type { Matrix } from '../matrix';
import { mapEntries } from './entries';
import type { LabelledFeatures } from './labelledFeatures';

/** Rows of inner products that are held at a time. */
const BLOCK = 2;

/**
 * PARC (Bolya et al. 2021) without principal components, × 100: Spearman's correlation, over all pairs of points, of 1 − Pearson correlation between standardised
 * features with 1 − correlation between one-hot labels. The latter has two values, so the rank sum of the pairs within classes decides. O(n²d), and 8 bytes a pair.
 * Throws a RangeError when the features of a point do not vary.
 */
export function parc({ features, classOf }: LabelledFeatures): number {
  const { within, between } = pairDistances(unitRows(standardised(features)), classOf);
  if (within.length === 0) throw new RangeError('No class has two points');
  const ranks = rankSums(within.sort(), between.sort());
  const pairs = within.length + between.length;
  const mean = (pairs + 1) / 2;
  const covariance = mean * within.length - ranks.first;
  const spread = ranks.squares - pairs * mean ** 2;
  return (100 * covariance) / Math.sqrt(((within.length * between.length) / pairs) * spread);
}

/** Every column with mean 0 and, unless it is constant, standard deviation 1 (divided by n). */
function standardised(features: Matrix): Matrix {
  const means = columnMeans(features);
  const squares = new Float64Array(features.columns);
  const centred = mapEntries(features, (value, _, j) => {
    const difference = value - means[j]!;
    squares[j]! += difference ** 2 / features.rows;
    return difference;
  });
  const scales = squares.map((square, j) => (square <= (10 * Number.EPSILON * means[j]!) ** 2 ? 1 : 1 / Math.sqrt(square)));
  return mapEntries(centred, (value, _, j) => value * scales[j]!);
}

/** Every row with mean 0 and length 1, so that inner products are correlations. */
function unitRows({ rows, columns, values }: Matrix): Matrix {
  const result = Float64Array.from(values);
  for (let i = 0; i < rows; i++) {
    const row = result.subarray(i * columns, (i + 1) * columns);
    const mean = row.reduce((sum, value) => sum + value, 0) / columns;
    const length = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    if (!(length > 0)) throw new RangeError('The features of a point do not vary across dimensions');
    for (let j = 0; j < columns; j++) row[j] = (row[j]! - mean) / length;
  }
  return { rows, columns, values: result };
}

/** 1 − correlation of all pairs, apart by whether the pair shares its class. */
function pairDistances(
  { rows, columns, values }: Matrix,
  classOf: Int32Array,
): { readonly within: Float64Array; readonly between: Float64Array } {
  const sizes = new Map<number, number>();
  for (const c of classOf) sizes.set(c, (sizes.get(c) ?? 0) + 1);
  const withinPairs = Array.from(sizes.values()).reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
  const within = new Float64Array(withinPairs);
  const between = new Float64Array((rows * (rows - 1)) / 2 - withinPairs);
  let [w, b] = [0, 0];
  const products = new Float64Array(BLOCK * rows);
  for (let i = 0; i < rows; i += BLOCK) {
    const height = Math.min(BLOCK, rows - i);
    products.fill(0);
    addProducts(values, i * columns, height, values, 0, i + height, columns, products, 0, rows);
    for (let row = i; row < i + height; row++)
      for (let other = 0; other < row; other++) {
        const distance = 1 - products[(row - i) * rows + other]!;
        if (classOf[row] === classOf[other]) within[w++] = distance;
        else between[b++] = distance;
      }
  }
  return { within, between };
}

/** Sum of the ranks of the first of two sorted lists in their union, and of the squares of all ranks; equals share their mean rank. */
function rankSums(first: Float64Array, second: Float64Array): { readonly first: number; readonly squares: number } {
  let [i, j, sum, squares] = [0, 0, 0, 0];
  while (i < first.length || j < second.length) {
    const value = Math.min(first[i] ?? Infinity, second[j] ?? Infinity);
    const [startFirst, startSecond] = [i, j];
    while (first[i] === value) i++;
    while (second[j] === value) j++;
    const ties = i - startFirst + j - startSecond;
    const rank = startFirst + startSecond + (ties + 1) / 2;
    sum += rank * (i - startFirst);
    squares += rank ** 2 * ties;
  }
  return { first: sum, squares };
}
