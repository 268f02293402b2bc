import type { GeneralTheoremInput } from './generalTheorem';
import { sumReport, weakest, type Report, type Term } from './report';

/** Up to this failure probability the recalled form is never below D1 and so holds as well. */
const LARGEST_PROVED = 0.25;

/**
 * Theorem 1 of Deng et al. (2024) as recalled, not read: C_β·E_U^β + 4G_φ·𝔑 + 4B_φ√(ln(1/ν)/n) + 4B_φ·TV + task (+ Δ_opt, which it leaves out), from D1 and
 * its report. For φ in [0, B_φ] and ν ≤ ¼ every term is at least D1's, so that it holds whenever D1 does; above it is an estimate. Undefined without pre-training.
 */
export function recalledTheorem(general: Report, input: GeneralTheoremInput): Report | undefined {
  const { labelled, lossRange, lossLipschitz, complexity, pretraining, failureProbability } = input;
  if (!pretraining) return undefined;
  const proved = failureProbability <= LARGEST_PROVED;
  const changed: Readonly<Partial<Record<Term['name'], readonly [value: number, formula: string]>>> = {
    complexity: [4 * lossLipschitz * complexity.value, '4·G_φ·𝔑'],
    concentration: [4 * lossRange * Math.sqrt(Math.log(1 / failureProbability) / labelled), '4·B_φ·√(ln(1/ν)/n)'],
    'domain shift': [4 * lossRange * pretraining.domainDistance.value, '4·B_φ·TV'],
  };
  return sumReport({
    theorem: 'Theorem 1 (recalled)',
    bounds: `${general.bounds}, in the form of Deng et al. (2024) as recalled: its constants were not checked against the paper`,
    terms: general.terms.map(term => {
      const [value, formula] = changed[term.name] ?? [term.value, term.formula];
      const evidence = weakest([term.evidence, proved ? 'certified' : 'estimated']);
      return { ...term, id: term.id.replace('D1.', 'T1.'), value, formula, evidence };
    }),
    range: general.range,
    needed: {},
    failureProbability: general.failureProbability,
  });
}
