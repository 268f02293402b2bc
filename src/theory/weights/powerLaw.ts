/** A power law p(λ) ∝ λ^−alpha fitted to the tail of a spectrum. */
export interface PowerLaw {
  readonly alpha: number;
  /** Least value of the tail. */
  readonly xmin: number;
  /** Kolmogorov–Smirnov distance between tail and law. */
  readonly distance: number;
  /** Standard error of alpha: (alpha − 1)/√tail. */
  readonly standardError: number;
  readonly tail: number;
}

/**
 * Fits a continuous power law to the largest eigenvalues as Clauset, Shalizi and Newman (2009): for every cut the maximum-likelihood exponent
 * 1 + n/Σ ln(λ/xmin), and the cut whose tail lies closest to its law. WeightWatcher calls the exponent of WᵀW's spectrum alpha.
 * `eigenvalues` in any order; those that are not positive are left out. Throws a RangeError for fewer than 3.
 */
export function fitPowerLaw(eigenvalues: ArrayLike<number>): PowerLaw {
  const sorted = Float64Array.from(eigenvalues)
    .filter(value => value > 0)
    .sort();
  const count = sorted.length;
  if (count < 3) throw new RangeError('A power law needs at least 3 positive eigenvalues');
  const logs = sorted.map(Math.log);
  const tailSums = new Float64Array(count + 1);
  for (let i = count - 1; i >= 0; i--) tailSums[i] = tailSums[i + 1]! + logs[i]!;
  let best: PowerLaw | undefined;
  for (let cut = 0; cut < count - 1; cut++) {
    const tail = count - cut;
    const excess = tailSums[cut]! - tail * logs[cut]!;
    if (!(excess > 0)) continue;
    const alpha = 1 + tail / excess;
    let distance = 0;
    for (let i = 0; i < tail; i++)
      distance = Math.max(distance, Math.abs(1 - Math.exp((1 - alpha) * (logs[cut + i]! - logs[cut]!)) - i / tail));
    if (!best || distance < best.distance)
      best = { alpha, xmin: sorted[cut]!, distance, standardError: (alpha - 1) / Math.sqrt(tail), tail };
  }
  if (!best) throw new RangeError('A power law needs eigenvalues that differ');
  return best;
}
