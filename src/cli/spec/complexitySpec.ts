import { Random } from '../../common/random';
import type { GeneralTheoremInput } from '../../theory/generalTheorem';
import { cappedComplexity, multiclassComplexity, withBias, withClasses } from '../../theory/headClasses';
import type { Matrix } from '../../theory/matrix';
import type { Quantity } from '../../theory/quantity';
import { headComplexity } from '../../theory/rademacher';
import { readFeatures } from '../featureFiles';
import type { Field, SpecReader } from './specReader';

const FIELDS = {
  labelled: ['n', 'labelled'],
  complexity: ['rademacher', 'rad', 'complexity', 'Rad'],
  features: ['features', 'H'],
  radius: ['R', 'radius'],
  featureNorm: ['B_h', 'featureNorm'],
  ball: ['head'],
  bias: ['B_0', 'bias'],
  classes: ['classes'],
  draws: ['draws', 'M_draws'],
  signFailure: ['delta_MC', 'delta'],
} satisfies Readonly<Record<string, Field>>;

/** Probability with which a Monte Carlo limit of the complexity may fail, on top of ν. */
const DEFAULT_FAILURE = 0.05;

/** What a specification says of its heads. */
export interface Heads extends Pick<GeneralTheoremInput, 'complexity' | 'labelled' | 'complexityOfEverySample'> {
  /** R, where it is given. */
  readonly radius?: number;
  /** R·B_h + B₀: the largest output of a head, where the features' norm is bounded. */
  readonly largestOutput?: number;
  /** The labelled points' features, where a file of them is given. */
  readonly features?: Matrix;
}

/** The complexity of the heads: as a number, from R and a bound B_h of the features' norm, or from R and the features. */
export async function readHeads(spec: SpecReader): Promise<Heads> {
  if (spec.has(FIELDS.complexity))
    return { complexity: spec.quantity(FIELDS.complexity, 'not negative'), labelled: spec.number(FIELDS.labelled, 'count') };
  const radius = spec.number(FIELDS.radius, 'positive');
  const bias = spec.number(FIELDS.bias, 'not negative', 0);
  const classes = spec.optionalNumber(FIELDS.classes, 'count');
  const biased = (complexity: Quantity, points: number) => (bias === 0 ? complexity : withBias(complexity, points, bias));
  if (!spec.has(FIELDS.features)) {
    const labelled = spec.number(FIELDS.labelled, 'count');
    const featureNorm = spec.quantity(FIELDS.featureNorm, 'not negative');
    const capped = cappedComplexity(radius, featureNorm, labelled);
    return {
      complexity: biased(classes === undefined ? capped : withClasses(capped, classes), labelled),
      complexityOfEverySample: true,
      labelled,
      radius,
      largestOutput: radius * featureNorm.value + bias,
    };
  }
  const features = await readFeatures(spec.filePath(FIELDS.features));
  const stated = spec.optionalNumber(FIELDS.labelled, 'count');
  if (stated !== undefined && stated !== features.rows)
    throw spec.fault(FIELDS.labelled[0], `is ${stated} where the features have ${features.rows} rows`, 'leave it out');
  const complexity = classes === undefined ? binaryComplexity(spec, features, radius) : multiclassComplexity(features, radius, classes);
  const featureNorm = spec.has(FIELDS.featureNorm) ? spec.quantity(FIELDS.featureNorm, 'not negative').value : undefined;
  return {
    complexity: biased(complexity, features.rows),
    labelled: features.rows,
    radius,
    features,
    ...(featureNorm !== undefined && { largestOutput: radius * featureNorm + bias }),
  };
}

const binaryComplexity = (spec: SpecReader, features: Matrix, radius: number): Quantity =>
  headComplexity(features, radius, {
    draws: spec.number(FIELDS.draws, 'count', 1000),
    failureProbability: spec.number(FIELDS.signFailure, 'probability', DEFAULT_FAILURE),
    random: new Random('signs'),
    ball: spec.choice(FIELDS.ball, ['l2', 'l1'] as const, 'l2'),
  }).quantity;
