import type { FormulaId } from './formulaIds';
import type { Quantity } from './quantity';
import { sumReport, weakest, type Report, type Term, type TermName } from './report';

export interface GeneralTheoremInput {
  /** Number n of labelled points. */
  readonly labelled: number;
  /** Largest value B_φ of the downstream loss, whose least is 0; 1 for the ramp loss. */
  readonly lossRange: number;
  /** Lipschitz constant G_φ of the downstream loss in the head's output; 1/γ for the ramp loss with margin γ. */
  readonly lossLipschitz: number;
  /** Rademacher complexity of the heads on the labelled features, as `headComplexity(…).quantity`. */
  readonly complexity: Quantity;
  /** Whether that complexity bounds the one on every sample that could have been drawn, as R·B_h/√n does: the sharpened form then pays half as much. */
  readonly complexityOfEverySample?: boolean;
  /** R̂(f̂) minus the least empirical risk over the heads. The empirical risk itself is a certified upper bound, since risks are not negative. */
  readonly optimisation: Quantity;
  /**
   * What ties the encoder to its pre-training. Absent for an encoder without pre-training: then the bound compares with the best head on this
   * encoder only (part I of the theorem), and there is no transfer, domain or task term.
   */
  readonly pretraining?: PretrainingInput;
  /** Probability ν with which the labelled sample may mislead; what the quantities spend comes on top. */
  readonly failureProbability: number;
  /** The bound to be reached by more labels; the loss's range when absent. */
  readonly target?: number;
}

export interface PretrainingInput {
  /** Constant C_β of representation transferability. */
  readonly transferConstant: Quantity;
  /** Exponent β; ½ for reconstruction losses. */
  readonly transferExponent: number;
  /** Excess pre-training risk E_U. */
  readonly excess: Quantity;
  /** What the transfer term is known to be by another way, in place of C_β·E_U^β: √(bᵀSb) of lemma D2a from residuals. */
  readonly transfer?: Quantity;
  /** Total variation between the laws of pre-training and downstream inputs. */
  readonly domainDistance: Quantity;
  /** Discrepancy of the two domains over the class of heads, on this encoder and on the best one, summed: it may stand for 2·B_φ·TV and never exceeds it. */
  readonly discrepancy?: Quantity;
  /** Least excess downstream risk on the best encoder for pre-training. */
  readonly task: Quantity;
}

/** D1 as Part A of docs/theory.md states it, or with one deviation inequality for all that is random ("sharpened"). */
export type GeneralTheoremForm = 'plain' | 'sharpened';

interface Concentration {
  readonly value: number;
  readonly formula: string;
}

/** What the labelled sample may deviate by at n points: 4B_φ√(ln(4/ν)/2n), or 4B_φ√(ln(1/ν)/2n) and half of that where 𝔑 holds on every sample. */
function concentration(form: GeneralTheoremForm, input: GeneralTheoremInput, labelled: number): Concentration {
  const { lossRange, failureProbability, complexityOfEverySample = false } = input;
  const deviation = (factor: number, chances: number) =>
    factor * lossRange * Math.sqrt(Math.log(chances / failureProbability) / (2 * labelled));
  if (form === 'plain') return { value: deviation(4, 4), formula: '4·B_φ·√(ln(4/ν)/2n)' };
  return complexityOfEverySample
    ? { value: deviation(2, 1), formula: '2·B_φ·√(ln(1/ν)/2n)' }
    : { value: deviation(4, 1), formula: '4·B_φ·√(ln(1/ν)/2n)' };
}

/** The smallest n at which (a + b)/√n falls below what the other terms leave of the range, both terms shrinking as 1/√n. */
function neededLabels(form: GeneralTheoremForm, input: GeneralTheoremInput, fixed: number): number | undefined {
  const room = (input.target ?? input.lossRange) - fixed;
  if (!(room > 0)) return undefined;
  const atOne = 2 * input.lossLipschitz * input.complexity.value * Math.sqrt(input.labelled) + concentration(form, input, 1).value;
  return Math.floor((atOne / room) ** 2) + 1;
}

const ID_OF_TERM = {
  transfer: 'D1.transfer',
  complexity: 'D1.complexity',
  concentration: 'D1.concentration',
  'domain shift': 'D1.domain',
  task: 'D1.task',
  optimisation: 'D1.optimisation',
} as const satisfies Partial<Record<TermName, FormulaId>>;

function term(
  name: keyof typeof ID_OF_TERM,
  value: number,
  formula: string,
  quantities: readonly Quantity[],
  inputs: Term['inputs'],
): Term {
  return {
    id: ID_OF_TERM[name],
    name,
    value,
    evidence: weakest(['certified', ...quantities.map(quantity => quantity.evidence)]),
    formula,
    inputs: Object.assign({}, ...quantities.map(quantity => quantity.inputs ?? {}), inputs) as Term['inputs'],
    assumptions: quantities.flatMap(quantity => quantity.assumptions ?? []),
  };
}

const from = (quantity: Quantity, symbol: string): string => (quantity.formula === undefined ? '' : `; ${symbol} = ${quantity.formula}`);

function pretrainingTerms(pretraining: PretrainingInput, lossRange: number): readonly Term[] {
  const { transferConstant, transferExponent, excess, transfer, domainDistance, discrepancy, task } = pretraining;
  return [
    transfer
      ? term('transfer', transfer.value, transfer.formula ?? 'as given', [transfer], {})
      : term(
          'transfer',
          transferConstant.value * excess.value ** transferExponent,
          `C_β·E_U^β${from(transferConstant, 'C_β')}${from(excess, 'E_U')}`,
          [transferConstant, excess],
          { C_β: transferConstant.value, β: transferExponent, E_U: excess.value },
        ),
    discrepancy === undefined
      ? term('domain shift', 2 * lossRange * domainDistance.value, `2·B_φ·TV${from(domainDistance, 'TV')}`, [domainDistance], {
          B_φ: lossRange,
          TV: domainDistance.value,
        })
      : term('domain shift', discrepancy.value, discrepancy.formula ?? 'D(T, U; F∘ĥ) + D(T, U; F∘h*)', [discrepancy], {}),
    term('task', task.value, task.formula ?? 'min_f E_T(f∘h*_U)', [task], {}),
  ];
}

/**
 * Excess downstream risk of a head fitted on a frozen encoder (theorem D1): transfer + complexity + concentration + domain shift + task + optimisation,
 * with probability ≥ 1 − ν over the labelled sample, less what the quantities spend. `needed.n` keeps the features' mean square norm and every other term.
 * The sharpened form differs in its concentration only and is never larger.
 */
export function generalTheorem(input: GeneralTheoremInput, form: GeneralTheoremForm = 'plain'): Report {
  const { labelled, lossRange, lossLipschitz, complexity, optimisation, pretraining, failureProbability } = input;
  const { value: deviation, formula } = concentration(form, input, labelled);
  const headTerms: readonly Term[] = [
    term('complexity', 2 * lossLipschitz * complexity.value, `2·G_φ·𝔑${from(complexity, '𝔑')}`, [complexity], {
      G_φ: lossLipschitz,
      '𝔑': complexity.value,
    }),
    {
      ...term('concentration', deviation, formula, [], { B_φ: lossRange, n: labelled, ν: failureProbability }),
      id: form === 'plain' ? 'D1.concentration' : 'D1.sharpened',
      assumptions: [
        'the encoder does not depend on the labelled points',
        'the labelled points are independent draws from the downstream law',
      ],
    },
  ];
  const last = term('optimisation', optimisation.value, optimisation.formula ?? 'Δ_opt', [optimisation], {});
  const [transfer, domain, task] = pretraining ? pretrainingTerms(pretraining, lossRange) : [];
  const terms = [transfer, ...headTerms, domain, task, last].filter(one => one !== undefined);
  const report = sumReport({
    theorem: form === 'plain' ? 'D1' : 'D1 (sharpened)',
    bounds: pretraining
      ? 'excess downstream risk of the head over the best head and encoder'
      : 'excess downstream risk of the head over the best head on this encoder (no pre-training, so no transfer, domain shift and task terms)',
    terms,
    range: lossRange,
    needed: {},
    failureProbability: [complexity, optimisation, ...(pretraining ? quantitiesOf(pretraining) : [])].reduce(
      (sum, quantity) => sum + (quantity.failureProbability ?? 0),
      failureProbability,
    ),
  });
  if (report.total < (input.target ?? lossRange)) return report;
  const fixed = report.total - headTerms.reduce((sum, one) => sum + one.value, 0);
  const n = neededLabels(form, input, fixed);
  return { ...report, needed: n === undefined ? {} : { n } };
}

const quantitiesOf = ({ transferConstant, excess, transfer, domainDistance, discrepancy, task }: PretrainingInput): readonly Quantity[] => [
  ...(transfer ? [transfer] : [transferConstant, excess]),
  discrepancy ?? domainDistance,
  task,
];
