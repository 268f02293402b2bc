/**
 * Sizes are carried as natural logarithms, so that no depth of a network overflows: −∞ stands for 0, ∞ for "no bound is known".
 */

/** ln(a·b) from ln a and ln b; 0·∞ = 0: what does not move is not stretched. */
export const logProduct = (a: number, b: number): number => (a === -Infinity || b === -Infinity ? -Infinity : a + b);

/** ln(a + b) from ln a and ln b. */
export function logSum(a: number, b: number): number {
  const larger = Math.max(a, b);
  return Number.isFinite(larger) ? larger + Math.log1p(Math.exp(Math.min(a, b) - larger)) : larger;
}

/** ln √(Σ a²) from the ln a. */
export const logRootOfSquares = (logs: readonly number[]): number => logs.reduce((sum, log) => logSum(sum, 2 * log), -Infinity) / 2;
