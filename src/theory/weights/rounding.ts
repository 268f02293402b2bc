/** Half the distance from 1 to the next 64-bit float, and to the next 32-bit one. */
export const UNIT_ROUNDOFF = 2 ** -53;
export const SINGLE_ROUNDOFF = 2 ** -24;
/** The least normal 32-bit float: what lies below may be lost or set to zero. */
export const SINGLE_UNDERFLOW = 2 ** -126;

/** γ_n = nu/(1 − nu): the relative error that n roundings can add up to (Higham 2002, lemma 3.1). */
export function gamma(count: number, roundoff = UNIT_ROUNDOFF): number {
  return (count * roundoff) / (1 - count * roundoff);
}

/** A number that is certainly not below the exact value that a few roundings led to. */
export const roundedUp = (value: number): number => value * (1 + 8 * UNIT_ROUNDOFF);

/** A number that is certainly not above the exact value that a few roundings led to. */
export const roundedDown = (value: number): number => value * (1 - 8 * UNIT_ROUNDOFF);

/**
 * When the Cholesky factorisation of a shifted matrix with diagonal entries of at most t runs through, the exact matrix has no eigenvalue below
 * −margin·t (Rump 2006): backward errors of at most γ_{n+1}/(1 − γ_{n+1}) times the trace n·t, and one rounding each for the shifted diagonal.
 */
export function definitenessMargin(size: number): number {
  const rounding = gamma(size + 3);
  return (size * rounding) / (1 - rounding);
}
