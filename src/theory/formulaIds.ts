/** The terms that each theorem prints, by the last part of their ids; docs/theory.md has an entry for every id made of them. */
export const FORMULAS = {
  D1: ['transfer', 'complexity', 'concentration', 'sharpened', 'domain', 'task', 'optimisation'],
  T1: ['transfer', 'complexity', 'concentration', 'domain', 'task', 'optimisation'],
  D3: ['complexity', 'concentration', 'optimisation'],
  D4: ['complexity', 'confidence', 'optimisation'],
  D5: ['empirical', 'complexity', 'confidence'],
  D6: ['complexity', 'confidence', 'optimisation'],
  D7: ['complexity', 'concentration', 'optimisation'],
  holdout: ['empirical', 'confidence'],
  F1: ['empirical', 'divergence', 'confidence'],
  F2: ['empirical', 'divergence', 'confidence'],
  catoni: ['empirical', 'divergence', 'confidence'],
  F4: ['robustness', 'memorisation', 'rationality'],
  F5: ['empirical', 'confidence'],
  P1: ['empirical', 'sampling', 'divergence', 'confidence'],
  P2: ['empirical', 'divergence', 'confidence'],
  breakEven: ['pretraining', 'head'],
} as const;

type Formulas = typeof FORMULAS;

/** A stable id of a formula, as `D1.complexity`. */
export type FormulaId = { [T in keyof Formulas]: `${T}.${Formulas[T][number]}` }[keyof Formulas];
