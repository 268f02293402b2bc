import { Random } from '../../common/random';
import { decoderTransfer, trainedDecoderConstant } from '../../theory/decoderTransfer';
import { divergenceTotalVariation, gaussianDomainShift, gaussianTotalVariation } from '../../theory/domainShift';
import { generalTheorem, type GeneralTheoremInput, type PretrainingInput } from '../../theory/generalTheorem';
import { cappedComplexity, multiclassComplexity, withBias } from '../../theory/headClasses';
import { totalAsQuantity } from '../../theory/holdOutCertificate';
import { lossConstants, LOSS_NAMES } from '../../theory/losses';
import { assumed, type Quantity } from '../../theory/quantity';
import { headComplexity } from '../../theory/rademacher';
import { recalledTheorem } from '../../theory/recalledTheorem';
import type { Report } from '../../theory/report';
import { linearDecoderConstant, maskedReconstructionConstant } from '../../theory/transferConstant';
import { readFeatures, readNumbers } from '../featureFiles';
import type { Field, SpecReader } from './specReader';

const FIELDS = {
  labelled: ['n', 'labelled'],
  lossLipschitz: ['G_phi', 'G', 'lossLipschitz'],
  lossRange: ['B_phi', 'B', 'lossRange'],
  loss: ['loss', 'phi'],
  margin: ['gamma', 'margin'],
  failure: ['nu', 'failureProbability'],
  target: ['target', 't'],
  complexity: ['rademacher', 'rad', 'complexity', 'Rad'],
  features: ['features', 'H'],
  radius: ['R', 'radius'],
  featureNorm: ['B_h', 'featureNorm'],
  ball: ['head'],
  bias: ['B_0', 'bias'],
  classes: ['classes'],
  draws: ['draws', 'M_draws'],
  signFailure: ['delta_MC', 'delta'],
  constant: ['C_beta', 'C'],
  exponent: ['beta'],
  excess: ['E_U', 'excess'],
  variation: ['TV', 'tv'],
  discrepancy: ['discrepancy', 'D'],
  task: ['task'],
  optimisation: ['Delta_opt', 'optimisation', 'dopt'],
  headNorm: ['w', 'w_star', 'w_norm'],
  leastSingularValue: ['sigma_min', 'sigma', 'sigma_min_plus'],
  decoder: ['decoder', 'A', 'A_star'],
  headFile: ['headWeights'],
  decodedNorm: ['b'],
  maskedPatches: ['M', 'maskedPatches'],
  patchValues: ['d_p', 'valuesPerPatch'],
  averagedOver: ['d'],
  divergence: ['KL', 'kl'],
  mahalanobis: ['mahalanobis', 'Mahalanobis'],
} satisfies Readonly<Record<string, Field>>;

/** Share of ν that a Monte Carlo limit of the complexity spends on top. */
const DEFAULT_FAILURE = 0.05;

async function readComplexity(
  spec: SpecReader,
): Promise<Pick<GeneralTheoremInput, 'complexity' | 'labelled' | 'complexityOfEverySample'> & { readonly largestOutput?: number }> {
  if (spec.has(FIELDS.complexity))
    return { complexity: spec.quantity(FIELDS.complexity, 'not negative'), labelled: spec.number(FIELDS.labelled, 'count') };
  const radius = spec.number(FIELDS.radius, 'positive');
  const bias = spec.number(FIELDS.bias, 'not negative', 0);
  const biased = (complexity: Quantity, points: number) => (bias === 0 ? complexity : withBias(complexity, points, bias));
  if (!spec.has(FIELDS.features)) {
    const labelled = spec.number(FIELDS.labelled, 'count');
    const featureNorm = spec.quantity(FIELDS.featureNorm, 'not negative');
    return {
      complexity: biased(cappedComplexity(radius, featureNorm, labelled), labelled),
      labelled,
      complexityOfEverySample: true,
      largestOutput: radius * featureNorm.value + bias,
    };
  }
  const features = await readFeatures(spec.filePath(FIELDS.features));
  const stated = spec.optionalNumber(FIELDS.labelled, 'count');
  if (stated !== undefined && stated !== features.rows)
    throw spec.fault(FIELDS.labelled[0], `is ${stated} where the features have ${features.rows} rows`, 'leave it out');
  const classes = spec.optionalNumber(FIELDS.classes, 'count');
  const complexity =
    classes === undefined
      ? headComplexity(features, radius, {
          draws: spec.number(FIELDS.draws, 'count', 1000),
          failureProbability: spec.number(FIELDS.signFailure, 'probability', DEFAULT_FAILURE),
          random: new Random('signs'),
          ball: spec.choice(FIELDS.ball, ['l2', 'l1'] as const, 'l2'),
        }).quantity
      : multiclassComplexity(features, radius, classes);
  return { complexity: biased(complexity, features.rows), labelled: features.rows };
}

/** G_φ and B_φ: as given, or those of a named loss. */
function readLoss(spec: SpecReader, largestOutput: number | undefined): { readonly lossLipschitz: number; readonly lossRange: number } {
  if (!spec.has(FIELDS.loss))
    return {
      lossLipschitz: spec.number(FIELDS.lossLipschitz, 'positive', 1),
      lossRange: spec.number(FIELDS.lossRange, 'positive', 1),
    };
  const loss = spec.choice(FIELDS.loss, LOSS_NAMES);
  const margin = spec.number(FIELDS.margin, 'positive', 1);
  const outputs = spec.has(FIELDS.featureNorm)
    ? spec.number(FIELDS.radius, 'positive') * spec.quantity(FIELDS.featureNorm, 'not negative').value
    : largestOutput;
  if (loss !== 'ramp' && outputs === undefined)
    throw spec.fault(
      FIELDS.featureNorm[0],
      `is missing, and the ${loss} loss has no largest value without it`,
      'give a bound on the norm of the features',
    );
  return lossConstants(loss, { margin, ...(outputs !== undefined && { largestOutput: outputs }) });
}

async function readTransferConstant(spec: SpecReader, lossLipschitz: number): Promise<Quantity> {
  if (spec.has(FIELDS.constant)) return spec.quantity(FIELDS.constant, 'not negative');
  if (spec.has(FIELDS.decoder)) {
    const decoder = await readFeatures(spec.filePath(FIELDS.decoder));
    const head = await readNumbers(spec.filePath(FIELDS.headFile), 'head');
    if (head.length !== decoder.columns)
      throw spec.fault(
        FIELDS.headFile[0],
        `has ${head.length} weights for a decoder that reads ${decoder.columns} features`,
        'give the head on the same encoder',
      );
    return trainedDecoderConstant(decoderTransfer(decoder, head), lossLipschitz, spec.number(FIELDS.averagedOver, 'count', 1));
  }
  if (spec.has(FIELDS.leastSingularValue))
    return linearDecoderConstant(
      lossLipschitz,
      spec.number(FIELDS.headNorm, 'not negative'),
      spec.number(FIELDS.leastSingularValue, 'positive'),
    );
  if (spec.has(FIELDS.decodedNorm))
    return maskedReconstructionConstant({
      lossLipschitz,
      headNorm: spec.number(FIELDS.decodedNorm, 'not negative'),
      maskedPatches: spec.number(FIELDS.maskedPatches, 'count'),
      valuesPerPatch: spec.number(FIELDS.patchValues, 'count', 1),
    });
  return spec.quantity(FIELDS.constant, 'not negative');
}

/** E_U as a number, or as the least of the bounds that are specified in its place; they fail together with the sum of their probabilities. */
async function readExcess(spec: SpecReader, boundOf: (inner: SpecReader) => Promise<Report>): Promise<Quantity> {
  if (!spec.isNested(FIELDS.excess, 'theorem')) return spec.quantity(FIELDS.excess, 'not negative');
  const quantities: Quantity[] = [];
  for (const inner of spec.nested(FIELDS.excess)) quantities.push(totalAsQuantity(await boundOf(inner)));
  const least = quantities.reduce((best, one) => (one.value < best.value ? one : best));
  return { ...least, failureProbability: quantities.reduce((sum, one) => sum + (one.failureProbability ?? 0), 0) };
}

async function readVariation(spec: SpecReader): Promise<Quantity> {
  if (spec.has(FIELDS.divergence)) return divergenceTotalVariation(spec.number(FIELDS.divergence, 'not negative'));
  if (spec.has(FIELDS.mahalanobis)) {
    const distance = spec.number(FIELDS.mahalanobis, 'not negative');
    return {
      value: gaussianTotalVariation(distance),
      evidence: 'assumed',
      formula: '2Φ(distance/2) − 1',
      inputs: { 'Mahalanobis distance': distance },
      assumptions: ['the inputs of both domains are normal with one covariance'],
    };
  }
  if (!spec.isNested(FIELDS.variation, 'source')) return spec.quantity(FIELDS.variation, 'share', 0);
  const [files] = spec.nested(FIELDS.variation);
  const source = await readFeatures(files!.filePath(['source']));
  const target = await readFeatures(files!.filePath(['target']));
  files!.finish();
  if (source.columns !== target.columns)
    throw spec.fault(
      FIELDS.variation[0],
      `compares features with ${source.columns} and ${target.columns} columns`,
      'give features of one encoder',
    );
  return gaussianDomainShift(source, target);
}

async function readPretraining(
  spec: SpecReader,
  lossLipschitz: number,
  boundOf: (inner: SpecReader) => Promise<Report>,
): Promise<PretrainingInput | undefined> {
  const named = [FIELDS.constant, FIELDS.excess, FIELDS.decoder, FIELDS.leastSingularValue, FIELDS.decodedNorm].some(field =>
    spec.has(field),
  );
  if (!named) return undefined;
  return {
    transferConstant: await readTransferConstant(spec, lossLipschitz),
    transferExponent: spec.number(FIELDS.exponent, 'positive', 0.5),
    excess: await readExcess(spec, boundOf),
    domainDistance: await readVariation(spec),
    ...(spec.has(FIELDS.discrepancy) && { discrepancy: spec.quantity(FIELDS.discrepancy, 'not negative') }),
    task: spec.quantity(FIELDS.task, 'not negative', 0),
  };
}

/** D1, with E_U and the complexity from numbers, files or bounds within the bound; the recalled form of Theorem 1 and the sharpened D1 stand beside it. */
export async function generalSpec(spec: SpecReader, boundOf: (inner: SpecReader) => Promise<Report>): Promise<Report> {
  const { largestOutput, ...heads } = await readComplexity(spec);
  const loss = readLoss(spec, largestOutput);
  const pretraining = await readPretraining(spec, loss.lossLipschitz, boundOf);
  const target = spec.optionalNumber(FIELDS.target, 'positive');
  const input: GeneralTheoremInput = {
    ...heads,
    ...loss,
    optimisation: spec.has(FIELDS.optimisation)
      ? spec.quantity(FIELDS.optimisation, 'not negative')
      : assumed(0, 'the head has the least empirical risk of its class'),
    failureProbability: spec.number(FIELDS.failure, 'probability', DEFAULT_FAILURE),
    ...(pretraining && { pretraining }),
    ...(target !== undefined && { target }),
  };
  const report = generalTheorem(input);
  const recalled = recalledTheorem(report, input);
  return { ...report, beside: [...(recalled ? [recalled] : []), generalTheorem(input, 'sharpened')] };
}
