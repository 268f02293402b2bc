import type { FormulaId } from './formulaIds';

/**
 * How a number is known, from strongest to weakest:
 * `certified` a true upper bound under stated assumptions, `measured` a run or a checkpoint said so,
 * `estimated` plug-in without guarantee, `assumed` the user said so.
 */
export type Evidence = 'certified' | 'measured' | 'estimated' | 'assumed';

const STRENGTH: readonly Evidence[] = ['certified', 'measured', 'estimated', 'assumed'];

/** The weakest of several kinds of evidence: what a total made of them is labelled with. */
export function weakest(evidence: Iterable<Evidence>): Evidence {
  let worst = 0;
  for (const one of evidence) worst = Math.max(worst, STRENGTH.indexOf(one));
  return STRENGTH[worst]!;
}

/** The named summands of a bound. */
export type TermName =
  | 'transfer'
  | 'complexity'
  | 'concentration'
  | 'domain shift'
  | 'task'
  | 'optimisation'
  | 'empirical risk'
  | 'divergence'
  | 'confidence'
  | 'robustness'
  | 'memorisation'
  | 'rationality';

/** One named summand of a bound, with everything needed to recompute and to doubt it. */
export interface Term {
  /** Stable id of the formula, as `D1.complexity`; explained in docs/theory.md. */
  readonly id: FormulaId;
  readonly name: TermName;
  /** In units of the report's loss. */
  readonly value: number;
  readonly evidence: Evidence;
  /** The formula in plain text, as `2·G·R·‖H‖_F/n`. */
  readonly formula: string;
  /** The numbers that were put in, by the symbol that the formula uses. */
  readonly inputs: Readonly<Record<string, number | string>>;
  readonly assumptions: readonly string[];
}

/** The terms of one bound and their total. */
export interface Report {
  /** Which theorem, as `D1`, `F1`, `F2`, `F5`, `holdout`. */
  readonly theorem: string;
  /** What is bounded, in words: "error of the deterministic head", "excess ramp risk after fine-tuning". */
  readonly bounds: string;
  readonly terms: readonly Term[];
  /** The bound itself. For D1 the sum of the terms; for the PAC-Bayes certificates the inverted kl. Not capped. */
  readonly total: number;
  readonly evidence: Evidence;
  /** The largest value the bounded loss can take; a total at or above it says nothing. */
  readonly range: number;
  readonly vacuous: boolean;
  /** What would make a vacuous bound informative: labelled points n, unlabelled points N. */
  readonly needed: { readonly n?: number; readonly N?: number };
  /** Probability with which the bound may fail, over the draw of the sample, all parts together. */
  readonly failureProbability: number;
  /** Other forms of the same bound, for comparison. */
  readonly beside?: readonly Report[];
}

/** A report whose total is the sum of its terms, labelled with the weakest evidence among them. */
export function sumReport(report: Omit<Report, 'total' | 'evidence' | 'vacuous'>): Report {
  const total = report.terms.reduce((sum, term) => sum + term.value, 0);
  return { ...report, total, evidence: weakest(report.terms.map(term => term.evidence)), vacuous: !(total < report.range) };
}
