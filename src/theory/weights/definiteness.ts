import type { TransposedProduct } from './products';

const PANEL = 48;

/**
 * Whether the Cholesky factorisation of t·I − G runs through in 64-bit floats, G symmetric, `size` × `size`. If it does, the largest eigenvalue of G is at most
 * t + margin·t with margin = `definitenessMargin(size)` (docs/theory.md, F6). Left-looking by panels: the product with the finished columns goes through `product`.
 */
export async function staysPositive(gram: Float64Array, size: number, t: number, product: TransposedProduct): Promise<boolean> {
  const factor = new Float64Array(size * size);
  for (let first = 0; first < size; first += PANEL) {
    const width = Math.min(PANEL, size - first);
    const rows = size - first;
    const below = factor.subarray(first * size);
    const known = first === 0 ? undefined : await product(below, factor.subarray(first * size, (first + width) * size), rows, width, size);
    for (let row = 0; row < rows; row++) {
      const source = (first + row) * size + first;
      for (let column = 0; column < width; column++) {
        const shifted = row === column ? t - gram[source + column]! : -gram[source + column]!;
        factor[source + column] = shifted - (known ? known[row * width + column]! : 0);
      }
    }
    if (!factorPanel(factor, size, first, width)) return false;
  }
  return true;
}

/** Factors the panel's diagonal block and solves for the rows below it, four at a time; false at the first pivot that is not positive. */
function factorPanel(factor: Float64Array, size: number, first: number, width: number): boolean {
  for (let row = first; row < first + width; row++) {
    const own = row * size + first;
    for (let column = 0; column <= row - first; column++) {
      const other = (first + column) * size + first;
      let sum = factor[own + column]!;
      for (let k = 0; k < column; k++) sum -= factor[own + k]! * factor[other + k]!;
      if (first + column < row) factor[own + column] = sum / factor[other + column]!;
      else if (sum > 0 && sum < Infinity) factor[own + column] = Math.sqrt(sum);
      else return false;
    }
    factor.fill(0, own + row - first + 1, own + width);
  }
  for (let row = first + width; row < size; row += 4) solveRows(factor, size, first, width, row);
  return true;
}

/** Forward substitution for four rows from `row` on; where fewer are left, the places of the others are those of the last one, which get its values again. */
function solveRows(factor: Float64Array, size: number, first: number, width: number, row: number): void {
  const place = (offset: number) => Math.min(size - 1, row + offset) * size + first;
  const [r0, r1, r2, r3] = [place(0), place(1), place(2), place(3)];
  for (let column = 0; column < width; column++) {
    const other = (first + column) * size + first;
    const pivot = factor[other + column]!;
    let [s0, s1, s2, s3] = [factor[r0 + column]!, factor[r1 + column]!, factor[r2 + column]!, factor[r3 + column]!];
    for (let k = 0; k < column; k++) {
      const weight = factor[other + k]!;
      s0 -= factor[r0 + k]! * weight;
      s1 -= factor[r1 + k]! * weight;
      s2 -= factor[r2 + k]! * weight;
      s3 -= factor[r3 + k]! * weight;
    }
    factor[r0 + column] = s0 / pivot;
    factor[r1 + column] = s1 / pivot;
    factor[r2 + column] = s2 / pivot;
    factor[r3 + column] = s3 / pivot;
  }
}
