import { clopperPearsonUpper } from './clopperPearson';
import { sumReport, type Report } from './report';

export interface TestSetBoundInput {
  /** Wrongly classified points among `count` labelled points that nothing was chosen on. */
  readonly errors: number;
  readonly count: number;
  readonly failureProbability: number;
}

/**
 * Upper limit of a classifier's error from a test set that nothing was chosen on (F5): the yardstick of every other certificate.
 * Throws a Fault when the numbers are not counts.
 */
export function testSetBound({ errors, count, failureProbability }: TestSetBoundInput): Report {
  const rate = errors / count;
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
        value: clopperPearsonUpper(errors, count, failureProbability) - rate,
        evidence: 'certified',
        formula: 'p̄ − k/m with P(Binomial(m, p̄) ≤ k) = δ',
        inputs: { k: errors, m: count, δ: failureProbability },
        assumptions: [],
      },
    ],
    range: 1,
    needed: {},
    failureProbability,
  });
}
