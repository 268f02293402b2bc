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

/** Factors the panel's diagonal block and solves for the rows below it; false at the first pivot that is not positive. */
function factorPanel(factor: Float64Array, size: number, first: number, width: number): boolean {
  for (let row = first; row < size; row++) {
    const own = row * size + first;
    const last = Math.min(width, row - first + 1);
    for (let column = 0; column < last; column++) {
      const other = (first + column) * size + first;
      let sum = factor[own + column]!;
      for (let k = 0; k < column; k++) sum -= factor[own + k]! * factor[other + k]!;
      if (first + column < row) factor[own + column] = sum / factor[other + column]!;
      else if (sum > 0 && sum < Infinity) factor[own + column] = Math.sqrt(sum);
      else return false;
    }
    for (let column = last; column < width; column++) factor[own + column] = 0;
  }
  return true;
}
