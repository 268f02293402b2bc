/** Σ v² in 64-bit floats, in two interleaved sums, which engines run side by side. */
export function squaredNorm(values: Float32Array | Float64Array): number {
  let [even, odd] = [0, 0];
  const pairs = values.length - (values.length % 2);
  for (let at = 0; at < pairs; at += 2) {
    even += values[at]! * values[at]!;
    odd += values[at + 1]! * values[at + 1]!;
  }
  return pairs < values.length ? even + odd + values[pairs]! ** 2 : even + odd;
}
