import { Random } from '../../common/random';
import { featurePreparations, rowNormalisation, type FeaturePreparation } from '../featurePreparation';
import { BIAS_CONSTANTS, checkMarginInput, describedPreparation, FORM_REPORTS, type MarginCertificateInput } from '../marginCertificate';
import { meanSquareNorm, rowsAt, type Matrix } from '../matrix';
import { norm } from '../newton';
import { confidenceNats, type PacBayesReportInput } from '../pacBayesReport';
import type { Report } from '../report';
import type { ClassHeads } from './classScores';
import { classDirections, gibbsError, tightestClassifier, type CertifiedClassifier, type ClassPrior } from './gibbsClassifier';
import { fitSoftmaxHead } from './softmaxHead';

/** As for two classes, with the class of each row from 0 in the place of ±1. */
export type ClassCertificateInput = Omit<MarginCertificateInput, 'settings'> & { readonly classes: number };

/** A certificate and the heads that it is about: they act on `preparation.apply(features)`. */
export interface ClassCertificate {
  readonly report: Report;
  readonly preparation: FeaturePreparation;
  readonly heads: ClassHeads;
}

export interface ClassCertificates {
  /** The certificate with the prior centred at 0, over all labelled points. */
  readonly f1: ClassCertificate;
  /** The half-and-half prior; absent below 16 labelled points. */
  readonly f2?: ClassCertificate;
}

const FEWEST = 8;
const DISTANCES = [0, 2.5, 5, 10, 20, 40, 80];
const FOLDS = 4;
/** Fewer than for two classes: each candidate costs a fit of all heads, and F1 pays for each exponent. */
const EXPONENTS = [0, 0.5];
const STRENGTHS = [1e-3, 1e-2, 1e-1];

/**
 * The margin certificates F1 and F2 for any number of classes ("more than two classes" in docs/theory.md): posterior N(M, I) on one head a class, its risk on
 * the sample computed exactly. Throws a Fault for features or labels that no certificate can be made of.
 */
export function classCertificates(input: ClassCertificateInput): ClassCertificates {
  const halves = input.features.rows >= 2 * FEWEST;
  const failureProbability = halves ? input.failureProbability / 2 : input.failureProbability;
  const f1 = classCertificate('F1', { ...input, failureProbability });
  return halves ? { f1, f2: classCertificate('F2', { ...input, failureProbability }) } : { f1 };
}

type OneCertificateInput = Omit<ClassCertificateInput, 'unlabelled'> & { readonly unlabelled?: Matrix };

/**
 * One of the two certificates with the whole failure probability. Without unlabelled points F1 takes the rows as they come, scaled to norm 1, and F2 prepares
 * them by the first half of the labelled points. Throws as `classCertificates` does; F2 takes at least 16 points.
 */
export function classCertificate(theorem: 'F1' | 'F2', input: OneCertificateInput): ClassCertificate {
  const { features, labels, classes, unlabelled } = input;
  const isLabel = (label: number) => Number.isInteger(label) && label >= 0 && label < classes;
  checkMarginInput(features, labels, unlabelled, theorem === 'F1' ? FEWEST : 2 * FEWEST, isLabel);
  return theorem === 'F1' ? centred(input) : halfAndHalf(input);
}

const preparationsBy = (points: Matrix): readonly FeaturePreparation[] =>
  featurePreparations(
    points,
    EXPONENTS.map(exponent => ({ exponent, unitNormalised: true })),
  );

/** Heads of norm 1 along the softmax heads whose penalty is `strength` times the mean square norm of the rows: blind to the features' scale. */
function headsDirection(features: Matrix, classOf: ArrayLike<number>, classes: number, strength: number): ClassHeads {
  const { values } = fitSoftmaxHead(features, classOf, classes, { strength: strength * (meanSquareNorm(features) || 1), tolerance: 1e-4 });
  const length = norm(values) || 1;
  return { classes, values: values.map(value => value / length) };
}

function centred(input: OneCertificateInput): ClassCertificate {
  const { features, labels, classes, unlabelled, failureProbability } = input;
  const preparations = unlabelled ? preparationsBy(unlabelled) : BIAS_CONSTANTS.map(rowNormalisation);
  const confidence = confidenceNats(features.rows, preparations.length, failureProbability);
  const candidates = preparations.map(preparation => {
    const prepared = preparation.apply(features);
    const directions = STRENGTHS.map(strength => headsDirection(prepared, labels, classes, strength));
    const prior: ClassPrior = { centre: { classes, values: new Float64Array(classes * prepared.columns) }, confidence };
    return { preparation, posterior: tightestClassifier(classDirections(prepared, labels), prior, directions) };
  });
  const { preparation, posterior } = candidates.reduce((best, one) => (one.posterior.bound < best.posterior.bound ? one : best));
  return certificate('F1', posterior, preparation, features.rows, input, {
    priors: preparations.length,
    choices: describedPreparation(preparation),
  });
}

function halfAndHalf(input: OneCertificateInput): ClassCertificate {
  const { features, labels, classes, unlabelled, failureProbability } = input;
  const order = new Random('half and half').permutation(features.rows);
  const middle = Math.floor(features.rows / 2);
  const half = (rows: Int32Array) => ({ features: rowsAt(features, rows), labels: Array.from(rows, i => labels[i]!) });
  const first = half(order.subarray(0, middle));
  const second = half(order.subarray(middle));
  const choice = choosePrior(first.features, first.labels, classes, preparationsBy(unlabelled ?? first.features));
  const { preparation, strength, distance } = choice;
  const direction = headsDirection(preparation.apply(first.features), first.labels, classes, strength);
  const prior: ClassPrior = {
    centre: { classes, values: direction.values.map(value => distance * value) },
    confidence: confidenceNats(second.labels.length, 1, failureProbability),
  };
  const prepared = preparation.apply(features);
  const directions = [headsDirection(prepared, labels, classes, strength)];
  const posterior = tightestClassifier(classDirections(preparation.apply(second.features), second.labels), prior, directions);
  return certificate('F2', posterior, preparation, second.labels.length, input, {
    priors: 1,
    choices: { ...describedPreparation(preparation), 'm₀': distance },
  });
}

interface PriorChoice {
  readonly preparation: FeaturePreparation;
  readonly strength: number;
  readonly distance: number;
  readonly risk: number;
}

/** The prior with the least cross-validated risk of its randomised classifier on the first half, the only points that it looks at. */
function choosePrior(
  features: Matrix,
  classOf: readonly number[],
  classes: number,
  preparations: readonly FeaturePreparation[],
): PriorChoice {
  const folds = Math.min(FOLDS, features.rows);
  const positions = Array.from(classOf.keys());
  const choices = preparations.flatMap(preparation => {
    const prepared = preparation.apply(features);
    return STRENGTHS.flatMap(strength => {
      const risks = DISTANCES.map(() => 0);
      for (let fold = 0; fold < folds; fold++) {
        const kept = positions.filter(i => i % folds !== fold);
        const left = positions.filter(i => i % folds === fold);
        const labelsAt = (at: readonly number[]) => at.map(i => classOf[i]!);
        const direction = headsDirection(rowsAt(prepared, kept), labelsAt(kept), classes, strength);
        const points = classDirections(rowsAt(prepared, left), labelsAt(left));
        DISTANCES.forEach((distance, d) => {
          const mean = { classes, values: direction.values.map(value => distance * value) };
          risks[d]! += (left.length / features.rows) * gibbsError(points, mean);
        });
      }
      return DISTANCES.map((distance, d): PriorChoice => ({ preparation, strength, distance, risk: risks[d]! }));
    });
  });
  return choices.reduce((best, one) => (one.risk < best.risk ? one : best));
}

function certificate(
  theorem: 'F1' | 'F2',
  posterior: CertifiedClassifier,
  preparation: FeaturePreparation,
  points: number,
  { features, failureProbability, target, form = 'kl' }: OneCertificateInput,
  around: Pick<PacBayesReportInput, 'priors' | 'choices'>,
): ClassCertificate {
  const { mean, empirical, divergence, bound } = posterior;
  const flat = { mean: mean.values, empirical, divergence, bound };
  const report = FORM_REPORTS[form]({
    theorem,
    posterior: flat,
    points,
    classes: mean.classes,
    labelled: features.rows,
    failureProbability,
    ...(target !== undefined && { target }),
    ...around,
  });
  return { report, preparation, heads: mean };
}
