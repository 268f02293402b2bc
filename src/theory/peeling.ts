/** A quantity rounded up to a grid that was fixed before any data, and what the union bound over that grid costs. */
export interface PeeledValues {
  /** Each value rounded up to a power of the base. */
  readonly rounded: readonly number[];
  /** −ln of the share of the failure probability that these grid points were given, in nats. */
  readonly nats: number;
}

/**
 * Rounds measured norms up to powers (`base`)^k, k any whole number, so that a theorem for fixed norms holds for all of them at once: the grid point k gets
 * the share (2/3)/((|k|+1)(|k|+2)) of the failure probability, and these shares sum to 1 over all k, of either sign ("peeling" in docs/theory.md).
 * Throws a RangeError for a value that is not positive and finite, or a base not above 1.
 */
export function peel(values: readonly number[], base: number): PeeledValues {
  if (!(base > 1)) throw new RangeError(`The base of the grid is ${base}, not above 1`);
  let nats = 0;
  const rounded = values.map(value => {
    if (!(value > 0) || !Number.isFinite(value)) throw new RangeError(`${value} cannot be rounded up to a power`);
    let exponent = Math.ceil(Math.log(value) / Math.log(base) - 1e-9);
    while (base ** exponent < value) exponent++;
    const size = Math.abs(exponent);
    nats += Math.log(1.5 * (size + 1) * (size + 2));
    return base ** exponent;
  });
  return { rounded, nats };
}
