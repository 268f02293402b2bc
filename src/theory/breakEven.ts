import { sumReport, type Report } from './report';

/** Complexities (squared, as they stand under the roots) of the two-stage bound of Ge, Tang, Fan and Jin (2023). */
export interface TwoStageComplexity {
  /** C_Φ of the latent model that is pre-trained. */
  readonly pretrained: number;
  /** C_Ψ of the head that is fitted on it. */
  readonly head: number;
  /** C_{Φ∘Ψ} of both together, which supervised training alone would have to learn. */
  readonly joint: number;
}

/**
 * From how many unlabelled points m on pre-training beats supervised training alone on n labelled ones, in the rates of Ge et al. (2023):
 * √(C_Φ/m) + √(C_Ψ/n) < √(C_{Φ∘Ψ}/n). Undefined when no number suffices, that is when the head is as complex as the whole. Constants and logarithms
 * are left out there, so this is an order of magnitude: an estimate.
 */
export function breakEvenUnlabelled({ pretrained, head, joint }: TwoStageComplexity, labelled: number): number | undefined {
  const room = Math.sqrt(joint / labelled) - Math.sqrt(head / labelled);
  if (!(room > 0)) return undefined;
  return Math.floor(pretrained / room ** 2) + 1;
}

/** Up to how many labelled points n pre-training on m unlabelled ones still beats supervised training alone; infinite without C_Φ. */
export function breakEvenLabelled({ pretrained, head, joint }: TwoStageComplexity, unlabelled: number): number | undefined {
  const gain = Math.sqrt(joint) - Math.sqrt(head);
  if (!(gain > 0)) return undefined;
  if (pretrained === 0) return Infinity;
  return Math.max(0, Math.ceil((gain ** 2 * unlabelled) / pretrained) - 1);
}

/**
 * The two rates side by side as a report: √(C_Φ/m) + √(C_Ψ/n) with pre-training, against √(C_{Φ∘Ψ}/n) without it as the range, so that "vacuous" means that
 * pre-training does not pay at these numbers. `needed.N` is the break-even in unlabelled points. Estimated: constants and logarithms are left out.
 */
export function breakEvenReport(complexity: TwoStageComplexity, labelled: number, unlabelled: number): Report {
  const { pretrained, head, joint } = complexity;
  const supervised = Math.sqrt(joint / labelled);
  const assumptions = ['the latent model is informative about the labels (Ge et al. 2023)', 'constants and logarithms of the rates are 1'];
  const report = sumReport({
    theorem: 'breakEven',
    bounds: 'rate of the excess risk with pre-training; its range is the rate of supervised training alone, √(C_{Φ∘Ψ}/n)',
    terms: [
      {
        id: 'breakEven.pretraining',
        name: 'transfer',
        value: Math.sqrt(pretrained / unlabelled),
        evidence: 'estimated',
        formula: '√(C_Φ/m)',
        inputs: { C_Φ: pretrained, m: unlabelled },
        assumptions,
      },
      {
        id: 'breakEven.head',
        name: 'complexity',
        value: Math.sqrt(head / labelled),
        evidence: 'estimated',
        formula: '√(C_Ψ/n)',
        inputs: {
          C_Ψ: head,
          n: labelled,
          'C_{Φ∘Ψ}': joint,
          'labels up to which pre-training pays': breakEvenLabelled(complexity, unlabelled) ?? 'none',
        },
        assumptions: [],
      },
    ],
    range: supervised,
    needed: {},
    failureProbability: 0,
  });
  const N = breakEvenUnlabelled(complexity, labelled);
  return report.vacuous && N !== undefined ? { ...report, needed: { N } } : report;
}
