import type { Random } from '../common/random';
import type { Trial } from '../studies/study';
import { marginCertificates } from '../theory/marginCertificate';
import type { Matrix } from '../theory/matrix';
import { classCertificates } from '../theory/multiclass/classCertificate';
import { classScores } from '../theory/multiclass/classScores';
import { headOutputs } from '../theory/rampLoss';
import { noiseAccuracies, rationalityReport } from '../theory/rationality';
import type { Report } from '../theory/report';
import { testSetBound } from '../theory/testSetBound';
import { countErrors, outputsOf } from './fineTuning/outputs';
import { generalBound, type PretrainingEvidence } from './generalBound';

/** Features of a frozen encoder and everything else that certificates look at. */
export interface CertificateData {
  /** How many classes the task has; labels are ±1 for two, else classes from 0. */
  readonly classes: number;
  readonly labelled: Matrix;
  readonly labels: ArrayLike<number>;
  readonly unlabelled: Matrix;
  readonly test: Matrix;
  readonly testLabels: ArrayLike<number>;
  /** Absent where nothing was pre-trained. */
  readonly pretraining?: PretrainingEvidence;
  /** Why pre-training that did happen leaves no evidence. */
  readonly withoutCertificate?: string;
}

/** How the failure probability of one trial is spent: margin certificates, test set, D1. */
const SHARES = { margin: 1 / 3, test: 1 / 3, general: 1 / 3 } as const;

/**
 * The reports of one encoder: the margin certificates F2 and F1, the test-set bound F5 of the head that the tighter of them is about, D1, and with
 * `labelNoise` above 0 the rationality decomposition F4. All bounds hold together with probability ≥ 1 − `bound.failureProbability`.
 */
export async function certify(
  data: CertificateData,
  bound: Trial['bound'],
  labelNoise: number,
  random: Random,
  turn: () => Promise<void>,
): Promise<Report[]> {
  const { classes, labelled, labels, test, testLabels } = data;
  const probability = bound.failureProbability;
  const { reports, strongest } = headCertificates(data, SHARES.margin * probability);
  await turn();
  const tested = testSetBound({
    errors: countErrors(outputsOf(classes).margins(strongest.decide(test), testLabels)),
    count: testLabels.length,
    failureProbability: SHARES.test * probability,
  });
  await turn();
  const general = generalBound(data, { ...bound, failureProbability: SHARES.general * probability }, random.fork('D1'));
  await turn();
  const noisy = { features: labelled, labels, test: { features: test, labels: testLabels }, noise: labelNoise, random: random.fork('F4') };
  return [
    ...reports,
    { ...tested, bounds: `error of the deterministic head of ${strongest.theorem}, from the test set` },
    general,
    ...(labelNoise > 0 ? [rationalityReport(noiseAccuracies(noisy), labelNoise)] : []),
  ];
}

interface HeadCertificates {
  /** F2 where there are enough points, then F1. */
  readonly reports: readonly Report[];
  /** The head of the tighter one. */
  readonly strongest: { readonly theorem: string; readonly decide: (features: Matrix) => ArrayLike<number> };
}

function headCertificates({ classes, labelled, labels, unlabelled }: CertificateData, failureProbability: number): HeadCertificates {
  const input = { features: labelled, labels, unlabelled, failureProbability };
  const found = classes === 2 ? binaryCertificates(input) : severalClasses({ ...input, classes });
  const best = found.reduce((least, one) => (one.report.total < least.report.total ? one : least));
  return { reports: found.map(({ report }) => report), strongest: { theorem: best.report.theorem, decide: best.decide } };
}

function binaryCertificates(input: Parameters<typeof marginCertificates>[0]) {
  const { f1, f2 } = marginCertificates(input);
  return (f2 ? [f2, f1] : [f1]).map(({ report, preparation, head }) => ({
    report,
    decide: (features: Matrix): ArrayLike<number> => headOutputs(preparation.apply(features), head),
  }));
}

function severalClasses(input: Parameters<typeof classCertificates>[0]) {
  const { f1, f2 } = classCertificates(input);
  return (f2 ? [f2, f1] : [f1]).map(({ report, preparation, heads }) => ({
    report,
    decide: (features: Matrix): ArrayLike<number> => classScores(preparation.apply(features), heads).values,
  }));
}
