import { Random } from '../../common/random';
import { breakEvenReport } from '../../theory/breakEven';
import { holdOutCertificate, holdOutOfMean } from '../../theory/holdOutCertificate';
import { marginCertificate, type PacBayesForm } from '../../theory/marginCertificate';
import { classCertificate } from '../../theory/multiclass/classCertificate';
import { noiseAccuracies, rationalityReport } from '../../theory/rationality';
import type { Report } from '../../theory/report';
import { testSetBound } from '../../theory/testSetBound';
import { classesOf, readFeatures, readImageLosses, readLabels } from '../featureFiles';
import type { Field, SpecReader } from './specReader';

const FIELDS = {
  delta: ['delta', 'failureProbability'],
  target: ['target', 't'],
  features: ['features', 'H'],
  labels: ['labels', 'y'],
  unlabelled: ['unlabelled', 'unlabeled', 'U'],
  testFeatures: ['testFeatures'],
  testLabels: ['testLabels'],
  noise: ['eta', 'noise'],
  train: ['Train'],
  trainUnderNoise: ['Train_eta'],
  flippedUnderNoise: ['NTrain_eta', 'NTrain'],
  test: ['Test'],
  losses: ['losses'],
  mean: ['L_hat_val', 'L_val', 'L_hat', 'loss'],
  validation: ['N_v', 'N_val', 'N'],
  lossRange: ['B_l', 'B', 'B_loss', 'lossRange'],
  floor: ['L_lb', 'floor', 'leastLoss'],
  errors: ['k', 'errors'],
  tested: ['m', 'count'],
  pretrained: ['C_Phi'],
  head: ['C_Psi'],
  joint: ['C_joint', 'C_PhiPsi'],
  labelled: ['n', 'labelled'],
  form: ['form'],
  unlabelledCount: ['m', 'N', 'unlabelled'],
} satisfies Readonly<Record<string, Field>>;

const DEFAULT_FAILURE = 0.05;
const DEFAULT_NOISE = 0.05;

/** Forms of the PAC-Bayes certificates: the inverted kl, Catoni's, or both at half the failure probability each, the smaller with the other beside it. */
const FORMS = ['kl', 'catoni', 'both'] as const;

const failure = (spec: SpecReader): number => spec.number(FIELDS.delta, 'probability', DEFAULT_FAILURE);

/** The target of "how many more": none when it is not named. */
function aim(spec: SpecReader): { readonly target?: number } {
  const target = spec.optionalNumber(FIELDS.target, 'positive');
  return target === undefined ? {} : { target };
}

/** F1 or F2 from files of features and labels of two or more classes; unlabelled features, where given, prepare them (F3). */
export async function marginSpec(theorem: 'F1' | 'F2', spec: SpecReader, signal?: AbortSignal): Promise<Report> {
  const features = await readFeatures(spec.filePath(FIELDS.features), undefined, signal);
  const labelFile = spec.filePath(FIELDS.labels);
  const { classes, places } = classesOf(labelFile, await readLabels(labelFile, features.rows, signal));
  const unlabelled = spec.has(FIELDS.unlabelled) ? await readFeatures(spec.filePath(FIELDS.unlabelled), undefined, signal) : undefined;
  const form = spec.choice(FIELDS.form, FORMS, 'kl');
  const forms = form === 'both' ? (['kl', 'catoni'] as const) : [form];
  const input = {
    features,
    ...(unlabelled && { unlabelled }),
    failureProbability: failure(spec) / forms.length,
    ...aim(spec),
  };
  const certified = (one: PacBayesForm): Report =>
    classes.length === 2
      ? marginCertificate(theorem, { ...input, labels: places.map(place => 2 * place - 1), form: one }).report
      : classCertificate(theorem, { ...input, labels: places, classes: classes.length, form: one }).report;
  const task = classes.length === 2 ? `class ${classes[0]} against class ${classes[1]}` : `${classes.length} classes`;
  const [least, ...others] = forms
    .map(certified)
    .map(report => ({ ...report, bounds: `${report.bounds} (${task})` }))
    .sort((a, b) => a.total - b.total);
  return others.length === 0 ? least! : { ...least!, failureProbability: failure(spec), beside: others };
}

/** F4 from the four accuracies, or from features and labels of training (and test) points. */
export async function rationalitySpec(spec: SpecReader, signal?: AbortSignal): Promise<Report> {
  const noise = spec.number(FIELDS.noise, 'probability', DEFAULT_NOISE);
  if (!spec.has(FIELDS.features)) {
    const test = spec.optionalNumber(FIELDS.test, 'share');
    const accuracies = {
      train: spec.number(FIELDS.train, 'share'),
      trainUnderNoise: spec.number(FIELDS.trainUnderNoise, 'share'),
      flippedUnderNoise: spec.number(FIELDS.flippedUnderNoise, 'share'),
      ...(test !== undefined && { test }),
    };
    return rationalityReport(accuracies, noise, 'assumed');
  }
  const pair = async (points: Field, classes: Field) => {
    const features = await readFeatures(spec.filePath(points), undefined, signal);
    return { features, labels: await readLabels(spec.filePath(classes), features.rows, signal) };
  };
  const training = await pair(FIELDS.features, FIELDS.labels);
  const test = spec.has(FIELDS.testFeatures) ? await pair(FIELDS.testFeatures, FIELDS.testLabels) : undefined;
  if (new Set(training.labels).size < 2) throw spec.fault(FIELDS.labels[0], 'hold one class only', 'give points of at least two classes');
  if (test && test.features.columns !== training.features.columns)
    throw spec.fault(
      FIELDS.testFeatures[0],
      `have ${test.features.columns} columns, the others ${training.features.columns}`,
      'take both from one encoder',
    );
  const accuracies = noiseAccuracies({ ...training, ...(test && { test }), noise, random: new Random('label noise') });
  return rationalityReport(accuracies, noise);
}

/** The hold-out certificate, from a file of losses or from their mean and number. */
export async function holdOutSpec(spec: SpecReader, signal?: AbortSignal): Promise<Report> {
  const about = {
    lossRange: spec.number(FIELDS.lossRange, 'positive'),
    leastLoss: spec.number(FIELDS.floor, 'not negative', 0),
    failureProbability: failure(spec),
    ...aim(spec),
  };
  if (spec.has(FIELDS.losses)) return holdOutCertificate({ losses: await readImageLosses(spec.filePath(FIELDS.losses), signal), ...about });
  const mean = spec.number(FIELDS.mean, 'not negative');
  const count = spec.number(FIELDS.validation, 'count');
  if (mean > about.lossRange)
    throw spec.fault(FIELDS.mean[0], `is ${mean}, above the largest loss ${about.lossRange}`, 'give the mean of clipped losses');
  return holdOutOfMean({ mean, count, ...about });
}

/** F5 from the errors on a test set. */
export function testSetSpec(spec: SpecReader): Report {
  const errors = spec.number(FIELDS.errors, 'not negative');
  return testSetBound({ errors, count: spec.number(FIELDS.tested, 'count'), failureProbability: failure(spec), ...aim(spec) });
}

/** Break-even of pre-training against supervised training alone. */
export function breakEvenSpec(spec: SpecReader): Report {
  const complexity = {
    pretrained: spec.number(FIELDS.pretrained, 'not negative'),
    head: spec.number(FIELDS.head, 'not negative'),
    joint: spec.number(FIELDS.joint, 'positive'),
  };
  return breakEvenReport(complexity, spec.number(FIELDS.labelled, 'count'), spec.number(FIELDS.unlabelledCount, 'count'));
}
