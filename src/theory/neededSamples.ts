/** Beyond this many samples "more data" is no advice. */
const LIMIT = 1e18;

/**
 * The smallest whole number of samples at which `bound` falls below `target`, found by doubling and bisection; undefined when 10¹⁸ do not suffice.
 * `bound` has to be falling wherever it is near the target, as D3, D4 and D5 are.
 */
export function neededSamples(bound: (samples: number) => number, target: number): number | undefined {
  let enough = 1;
  while (!(bound(enough) < target)) {
    if (enough > LIMIT) return undefined;
    enough *= 2;
  }
  let tooFew = enough / 2;
  while (enough - tooFew > Math.max(1, enough * 2 ** -50)) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (bound(middle) < target) enough = middle;
    else tooFew = middle;
  }
  return enough;
}
