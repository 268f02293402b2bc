/**
 * Exponential moving average, corrected for its start as in Adam (Kingma & Ba 2015, §3), so that the first values are not pulled to zero.
 * Values that are no finite number leave a gap and do not count.
 * @param weight share of the past in each value, in [0, 1)
 */
export function smooth(values: readonly number[], weight: number): number[] {
  let sum = 0;
  let mass = 0;
  return values.map(value => {
    if (!Number.isFinite(value)) return NaN;
    sum = weight * sum + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return sum / mass;
  });
}
