import { Fault } from '../common/fault';

/** ln C(count, chosen), summed term by term. */
function logBinomial(count: number, chosen: number): number {
  const few = Math.min(chosen, count - chosen);
  let sum = 0;
  for (let i = 1; i <= few; i++) sum += Math.log((count - few + i) / i);
  return sum;
}

/** P(Binomial(count, chance) ≤ errors) for chance ≥ errors/count, where the terms fall from the last one on. */
function lowerTail(errors: number, count: number, chance: number, logChoices: number): number {
  const last = Math.exp(logChoices + errors * Math.log(chance) + (count - errors) * Math.log1p(-chance));
  let term = 1;
  let sum = 1;
  for (let i = errors; i >= 1 && term > 1e-18 * sum; i--) {
    term *= (i * (1 - chance)) / ((count - i + 1) * chance);
    sum += term;
  }
  return last * sum;
}

/**
 * Exact upper confidence limit of an error rate from `errors` among `count` independent trials (Clopper and Pearson 1934): the chance at which seeing so few
 * errors has probability `failureProbability`. Throws a Fault when the numbers are not counts.
 */
export function clopperPearsonUpper(errors: number, count: number, failureProbability: number): number {
  if (!Number.isInteger(errors) || !Number.isInteger(count) || errors < 0 || count < 1 || errors > count)
    throw new Fault(
      `${errors} errors among ${count} points is not a count of errors`,
      'give whole numbers, the errors not above the points',
    );
  if (errors === count) return 1;
  if (errors === 0) return -Math.expm1(Math.log(failureProbability) / count);
  const logChoices = logBinomial(count, errors);
  let low = errors / count;
  let high = 1;
  while (high - low > 1e-15 * high) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (lowerTail(errors, count, middle, logChoices) > failureProbability) low = middle;
    else high = middle;
  }
  return high;
}
