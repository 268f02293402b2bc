import assert from 'node:assert/strict';

/** W of that many rows must have WᵀW = gain² I, or WWᵀ = gain² I where it is wide. */
export function requireOrthogonal(values: Float32Array, rows: number, gain: number): void {
  const columns = values.length / rows;
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const at = (line: number, i: number): number => values[rows < columns ? line * columns + i : i * columns + line]!;
  for (let one = 0; one < count; one++)
    for (let other = 0; other <= one; other++) {
      let product = 0;
      for (let i = 0; i < length; i++) product += at(one, i) * at(other, i);
      const expected = one === other ? gain ** 2 : 0;
      assert.ok(Math.abs(product - expected) <= 1e-5 * gain ** 2, `lines ${one} and ${other} of ${rows} × ${columns}: ${product}`);
    }
}
