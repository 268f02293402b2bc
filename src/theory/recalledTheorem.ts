import type { FormulaId } from './formulaIds';
import type { GeneralTheoremInput } from './generalTheorem';
import { sumReport, type Report, type Term } from './report';

/**
 * Theorem 1 of Deng et al. (2024) as recalled, not read: C_β·E_U^β + 4G_φ·𝔑 + 4B_φ√(ln(1/ν)/n) + 4B_φ·TV + task (+ Δ_opt, which it leaves out), from D1 and
 * its report. For φ in [0, B_φ] no term is below that of the sharpened D1, so that it holds whenever that does. Undefined without pre-training.
 */
export function recalledTheorem(general: Report, input: GeneralTheoremInput): Report | undefined {
  const { labelled, lossRange, lossLipschitz, complexity, pretraining, failureProbability } = input;
  if (!pretraining) return undefined;
  const changed: Readonly<Partial<Record<Term['name'], readonly [value: number, formula: string]>>> = {
    complexity: [4 * lossLipschitz * complexity.value, '4·G_φ·𝔑'],
    concentration: [4 * lossRange * Math.sqrt(Math.log(1 / failureProbability) / labelled), '4·B_φ·√(ln(1/ν)/n)'],
    ...(!pretraining.discrepancy && { 'domain shift': [4 * lossRange * pretraining.domainDistance.value, '4·B_φ·TV'] as const }),
  };
  return sumReport({
    theorem: 'Theorem 1 (recalled)',
    bounds: `${general.bounds}, in the form of Deng et al. (2024) as recalled: its constants were not checked against the paper`,
    terms: general.terms.map(term => {
      const [value, formula] = changed[term.name] ?? [term.value, term.formula];
      return { ...term, id: term.id.replace('D1.', 'T1.') as FormulaId, value, formula };
    }),
    range: general.range,
    needed: {},
    failureProbability: general.failureProbability,
  });
}
