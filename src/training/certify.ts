import type { Random } from '../common/random';
import type { Trial } from '../studies/study';
import { marginCertificates } from '../theory/marginCertificate';
import type { Matrix } from '../theory/matrix';
import { headOutputs } from '../theory/rampLoss';
import type { Report } from '../theory/report';
import { testSetBound } from '../theory/testSetBound';
import { countErrors } from './fineTuning/labelledPoints';
import { generalBound, type PretrainingEvidence } from './generalBound';

/** Features of a frozen encoder and everything else that certificates look at. */
export interface CertificateData {
  readonly labelled: Matrix;
  readonly labels: ArrayLike<number>;
  readonly unlabelled: Matrix;
  readonly test: Matrix;
  readonly testLabels: ArrayLike<number>;
  /** Absent where nothing was pre-trained. */
  readonly pretraining?: PretrainingEvidence;
}

/** How the failure probability of one trial is spent: margin certificates, test set, D1. */
const SHARES = { margin: 1 / 3, test: 1 / 3, general: 1 / 3 } as const;

/**
 * The reports of one encoder, strongest first: the margin certificates F2 and F1, the test-set bound F5 of the head that
 * the first of them is about, and D1. All of them hold together with probability ≥ 1 − `bound.failureProbability`.
 */
export async function certify(data: CertificateData, bound: Trial['bound'], random: Random, turn: () => Promise<void>): Promise<Report[]> {
  const { labelled, labels, unlabelled, test, testLabels } = data;
  const probability = bound.failureProbability;
  const { f1, f2 } = marginCertificates({ features: labelled, labels, unlabelled, failureProbability: SHARES.margin * probability });
  await turn();
  const strongest = f2 && f2.report.total <= f1.report.total ? f2 : f1;
  const outputs = headOutputs(strongest.preparation.apply(test), strongest.head);
  const tested = testSetBound({
    errors: countErrors(outputs, testLabels),
    count: testLabels.length,
    failureProbability: SHARES.test * probability,
  });
  await turn();
  const general = generalBound(data, { ...bound, failureProbability: SHARES.general * probability }, random.fork('D1'));
  return [
    ...(f2 ? [f2.report] : []),
    f1.report,
    { ...tested, bounds: `error of the deterministic head of ${strongest.report.theorem}, from the test set` },
    general,
  ];
}
