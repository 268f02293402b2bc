import { Fault } from '../common/fault';
import { Random } from '../common/random';
import { featurePreparations, rowNormalisation, type FeaturePreparation, type PreparationSettings } from './featurePreparation';
import { signedDirections, tightestPosterior, type CertifiedPosterior } from './gibbsHead';
import { rowsAt, type Matrix } from './matrix';
import { catoniReport, confidenceNats, pacBayesReport } from './pacBayesReport';
import { choosePrior, headDirection } from './priorSelection';
import type { Report } from './report';

export interface MarginCertificateInput {
  /** Features of the n ≥ 8 labelled points under an encoder that never saw them. */
  readonly features: Matrix;
  /** +1 and −1, one a row. */
  readonly labels: ArrayLike<number>;
  /** Features of unlabelled downstream points, none of them a labelled one: they prepare the features (F3). */
  readonly unlabelled: Matrix;
  /** Probability δ with which F1 or F2 may fail, both together: half for each. */
  readonly failureProbability: number;
  readonly settings?: MarginCertificateSettings;
  /** The risk that `needed.n` asks the labels for; ½ when absent. */
  readonly target?: number;
  /** Which inequality turns the empirical risk into a bound: the inverted kl unless it is named. */
  readonly form?: PacBayesForm;
}

/** The forms of the PAC-Bayes inequality for bounded losses that certificates come in. */
export type PacBayesForm = 'kl' | 'catoni';

/** What is tried; the defaults serve features of any scale. */
export interface MarginCertificateSettings {
  /** Exponents α of the preconditioning. F1 pays ln of their number; F2 nothing. */
  readonly exponents?: readonly number[];
  /** Strengths of the head's penalty relative to the mean square norm of the features. They cost nothing. */
  readonly strengths?: readonly number[];
}

/** A certificate and the head that it is about. */
export interface HeadCertificate {
  readonly report: Report;
  /** How features are prepared before the head: `head` acts on `preparation.apply(features)`. */
  readonly preparation: FeaturePreparation;
  /** Mean μu of the randomised head N(μu, I), which acts on rows of norm 1; its sign is the deterministic head, on rows of any norm. */
  readonly head: Float64Array;
}

export interface MarginCertificates {
  /** The certificate with the prior centred at 0, over all labelled points. */
  readonly f1: HeadCertificate;
  /** The half-and-half prior; absent below 16 labelled points. */
  readonly f2?: HeadCertificate;
}

/** Maurer's constant 2√n needs this many points. */
const FEWEST = 8;

const DEFAULTS = { exponents: [0, 0.25, 0.5, 1], strengths: [1e-4, 1e-3, 1e-2, 1e-1, 1] };

/** Constants of the bias feature that F1 tries on rows of norm 1 when there are no unlabelled points; each counts as a prior. */
export const BIAS_CONSTANTS = [0.25, 1];

/**
 * PAC-Bayes margin certificates of a linear head on frozen features: F1 (prior at 0) and F2 (prior from one half of the labelled points, bound on the other),
 * theorems F1 to F3 in docs/theory.md. Both hold together with probability ≥ 1 − δ, so the smaller may be quoted.
 * The halves are drawn by a fixed permutation, so labels may come in any order. Throws a Fault for fewer than 8 points or features that are not finite.
 */
export function marginCertificates(input: MarginCertificateInput): MarginCertificates {
  const halves = input.features.rows >= 2 * FEWEST;
  const failureProbability = halves ? input.failureProbability / 2 : input.failureProbability;
  const f1 = marginCertificate('F1', { ...input, failureProbability });
  return halves ? { f1, f2: marginCertificate('F2', { ...input, failureProbability }) } : { f1 };
}

/**
 * One of the two certificates with the whole failure probability. Without unlabelled points F1 takes the rows as they come, scaled to norm 1, and F2 prepares
 * them by the first half of the labelled points. Throws as `marginCertificates` does; F2 takes at least 16 points.
 */
export function marginCertificate(
  theorem: 'F1' | 'F2',
  input: Omit<MarginCertificateInput, 'unlabelled'> & { readonly unlabelled?: Matrix },
): HeadCertificate {
  const { features, labels, unlabelled, failureProbability, target, form = 'kl', settings = {} } = input;
  const aim: Aim = { failureProbability, form, ...(target !== undefined && { target }) };
  const { exponents, strengths } = { ...DEFAULTS, ...settings };
  checkMarginInput(features, labels, unlabelled, theorem === 'F1' ? FEWEST : 2 * FEWEST, label => Math.abs(label) === 1);
  const grid = (unitNormalised: boolean) => exponents.map((exponent): PreparationSettings => ({ exponent, unitNormalised }));
  if (theorem === 'F2') {
    const prepare = (points: Matrix) => featurePreparations(points, [...grid(true), ...grid(false)]);
    return halfAndHalfCertificate(features, labels, first => prepare(unlabelled ?? first), strengths, aim);
  }
  const preparations = unlabelled ? featurePreparations(unlabelled, grid(true)) : BIAS_CONSTANTS.map(rowNormalisation);
  return centredCertificate(features, labels, preparations, strengths, aim);
}

/** Throws a Fault, or a RangeError for labels of another kind, when no margin certificate can be made of these points. */
export function checkMarginInput(
  features: Matrix,
  labels: ArrayLike<number>,
  unlabelled: Matrix | undefined,
  fewest: number,
  isLabel: (label: number) => boolean,
): void {
  if (labels.length !== features.rows) throw new RangeError(`${labels.length} labels for ${features.rows} rows of features`);
  if (features.rows < fewest)
    throw new Fault(`This margin certificate takes at least ${fewest} labelled points, not ${features.rows}`, 'label more points');
  for (let i = 0; i < labels.length; i++)
    if (!isLabel(labels[i]!)) throw new RangeError(`Label ${i} is ${labels[i]!}, which is none of the task's`);
  if (unlabelled && unlabelled.columns !== features.columns)
    throw new Fault(
      `The labelled points have ${features.columns} features and the unlabelled ones ${unlabelled.columns}`,
      'take both from one encoder',
    );
  for (const [name, { values }] of Object.entries({ labelled: features, ...(unlabelled && { unlabelled }) }))
    if (!values.every(Number.isFinite))
      throw new Fault(
        `The features of the ${name} points hold values that are not finite`,
        'train the encoder again with a smaller learning rate',
      );
}

type Aim = Pick<MarginCertificateInput, 'failureProbability' | 'target'> & { readonly form: PacBayesForm };

/** How each form tells a certificate. */
export const FORM_REPORTS = { kl: pacBayesReport, catoni: catoniReport };

function centredCertificate(
  features: Matrix,
  labels: ArrayLike<number>,
  preparations: readonly FeaturePreparation[],
  strengths: readonly number[],
  aim: Aim,
): HeadCertificate {
  const confidence = confidenceNats(features.rows, preparations.length, aim.failureProbability);
  const candidates = preparations.map(preparation => {
    const prepared = preparation.apply(features);
    const directions = strengths.map(strength => headDirection(prepared, labels, strength));
    const prior = { centre: new Float64Array(prepared.columns), confidence };
    return { preparation, posterior: tightestPosterior(signedDirections(prepared, labels), prior, directions) };
  });
  const { preparation, posterior } = candidates.reduce((best, one) => (one.posterior.bound < best.posterior.bound ? one : best));
  const report = FORM_REPORTS[aim.form]({
    theorem: 'F1',
    posterior,
    points: features.rows,
    labelled: features.rows,
    priors: preparations.length,
    ...aim,
    choices: describedPreparation(preparation),
  });
  return certificate(report, preparation, posterior);
}

function halfAndHalfCertificate(
  features: Matrix,
  labels: ArrayLike<number>,
  preparedBy: (firstHalf: Matrix) => readonly FeaturePreparation[],
  strengths: readonly number[],
  aim: Aim,
): HeadCertificate {
  const order = new Random('half and half').permutation(features.rows);
  const half = (from: number, to?: number) => {
    const rows = order.subarray(from, to);
    return { features: rowsAt(features, rows), labels: Array.from(rows, i => labels[i]!) };
  };
  const middle = Math.floor(features.rows / 2);
  const first = half(0, middle);
  const second = half(middle);
  const choice = choosePrior(first.features, first.labels, preparedBy(first.features), strengths);
  const { preparation } = choice;
  const direction = headDirection(preparation.apply(first.features), first.labels, choice.strength);
  const prior = {
    centre: direction.map(value => choice.distance * value),
    confidence: confidenceNats(second.labels.length, 1, aim.failureProbability),
  };
  const prepared = preparation.apply(features);
  const directions = strengths.map(strength => headDirection(prepared, labels, strength));
  const points = signedDirections(preparation.apply(second.features), second.labels);
  const posterior = tightestPosterior(points, prior, directions);
  const report = FORM_REPORTS[aim.form]({
    theorem: 'F2',
    posterior,
    points: points.rows,
    labelled: features.rows,
    priors: 1,
    ...aim,
    choices: { ...describedPreparation(preparation), 'm₀': choice.distance },
  });
  return certificate(report, preparation, posterior);
}

/** How features were prepared, as a report's inputs say it. */
export const describedPreparation = ({ settings }: FeaturePreparation): Readonly<Record<string, number | string>> => ({
  α: settings.exponent,
  features: settings.unitNormalised ? 'unit norm' : 'as they are',
});

const certificate = (report: Report, preparation: FeaturePreparation, posterior: CertifiedPosterior): HeadCertificate => ({
  report,
  preparation,
  head: posterior.mean,
});
