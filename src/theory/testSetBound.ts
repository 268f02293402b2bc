import { binaryKlUpperInverse } from './binaryKl';
import { clopperPearsonUpper } from './clopperPearson';
import { neededSamples } from './neededSamples';
import { sumReport, type Report } from './report';

export interface TestSetBoundInput {
  /** Wrongly classified points among `count` labelled points that nothing was chosen on. */
  readonly errors: number;
  readonly count: number;
  readonly failureProbability: number;
  /** The limit to be reached by more test points at the same share of errors; 1 when absent. */
  readonly target?: number;
}

/** Above so many points the closed Chernoff form stands for the exact limit: it is a little larger, never smaller. */
const EXACT_UP_TO = 100_000;

/** The limit for the same share of errors among `count` points, the errors rounded up. */
const limitAt = (rate: number, count: number, failureProbability: number): number =>
  count <= EXACT_UP_TO
    ? clopperPearsonUpper(Math.min(count, Math.ceil(rate * count - 1e-9)), count, failureProbability)
    : binaryKlUpperInverse(rate, Math.log(1 / failureProbability) / count);

/**
 * Upper limit of a classifier's error from a test set that nothing was chosen on (F5): the yardstick of every other certificate.
 * `needed.n` names the test points that would bring it below the target. Throws a Fault when the numbers are not counts.
 */
export function testSetBound({ errors, count, failureProbability, target = 1 }: TestSetBoundInput): Report {
  const rate = errors / count;
  const limit = clopperPearsonUpper(errors, count, failureProbability);
  const needed = limit < target || rate >= target ? undefined : neededSamples(points => limitAt(rate, points, failureProbability), target);
  return sumReport({
    theorem: 'F5',
    bounds: 'error of the deterministic classifier that was tested',
    terms: [
      {
        id: 'F5.empirical',
        name: 'empirical risk',
        value: rate,
        evidence: 'certified',
        formula: 'k/m',
        inputs: { k: errors, m: count },
        assumptions: ['the test points are independent draws from the downstream law', 'nothing was chosen on the test points'],
      },
      {
        id: 'F5.confidence',
        name: 'confidence',
        value: limit - rate,
        evidence: 'certified',
        formula: 'p̄ − k/m with P(Binomial(m, p̄) ≤ k) = δ',
        inputs: { k: errors, m: count, δ: failureProbability },
        assumptions: [],
      },
    ],
    range: 1,
    needed: needed === undefined ? {} : { n: needed },
    failureProbability,
  });
}
