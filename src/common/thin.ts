/** A curve by column; steps rise. */
export interface Columns {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/**
 * At most `points` points of a curve (at least 4): the smallest and the largest value of each of equal stretches, so that no peak is lost; first and last point
 * stay. The curve itself where it is short enough.
 */
export function thinned<T extends Columns>(curve: T, points: number): T {
  const { steps, values } = curve;
  const { length } = steps;
  if (length <= points) return curve;
  const stretches = Math.max(1, Math.floor(points / 2) - 1);
  const keptSteps: number[] = [];
  const keptValues: number[] = [];
  const keep = (at: number) => {
    keptSteps.push(steps[at]!);
    keptValues.push(values[at]!);
  };
  keep(0);
  let start = 1;
  for (let stretch = 0; stretch < stretches; stretch++) {
    const end = stretch === stretches - 1 ? length - 1 : 1 + Math.floor(((stretch + 1) * (length - 2)) / stretches);
    if (end <= start) continue;
    let low = start;
    let high = start;
    for (let at = start; at < end; at++) {
      if (values[at]! < values[low]!) low = at;
      if (values[at]! > values[high]!) high = at;
    }
    keep(Math.min(low, high));
    if (low !== high) keep(Math.max(low, high));
    start = end;
  }
  keep(length - 1);
  return { ...curve, steps: keptSteps, values: keptValues };
}
