import type { Random } from '../common/random';
import type { Trial } from '../studies/study';
import { featurePreparations, type FeaturePreparation } from '../theory/featurePreparation';
import { generalTheorem, type PretrainingInput } from '../theory/generalTheorem';
import { holdOutCertificate, totalAsQuantity } from '../theory/holdOutCertificate';
import type { Matrix } from '../theory/matrix';
import { assumed, type Quantity } from '../theory/quantity';
import { multiclassComplexity } from '../theory/headClasses';
import { headComplexity } from '../theory/rademacher';
import type { Report } from '../theory/report';
import { fitBoundedHead, rampLipschitz } from './boundedHead';
import { featureScale } from './featureScale';
import { meanOf } from './holdOut';

/** What pre-training left behind for theorem D1. */
export interface PretrainingEvidence {
  /** Reconstruction loss in [0, 1] of each held-out image. */
  readonly holdOutLosses: ArrayLike<number>;
  /** Constant C_β at exponent ½. */
  readonly transferConstant: Quantity;
  /** Total variation between the laws of pre-training and downstream inputs. */
  readonly domainDistance: Quantity;
}

/** Reconstruction errors of pixels in [0, 1] by predictions clipped to it. */
const RECONSTRUCTION_RANGE = 1;
const TRANSFER_EXPONENT = 0.5;

/** Centred by unlabelled features, with a constant feature for the bias; every D1 quantity speaks of these. */
export const generalPreparation = (unlabelled: Matrix): FeaturePreparation =>
  featurePreparations(unlabelled, [{ exponent: 0, unitNormalised: false }])[0]!;

/** Radius of D1's heads: `scaledRadius` in units of 1/rms‖h‖ over the prepared unlabelled features. */
export const headRadius = (preparedUnlabelled: Matrix, scaledRadius: number): number =>
  scaledRadius / (featureScale(preparedUnlabelled).norm || 1);

export interface GeneralBoundData {
  readonly classes: number;
  readonly labelled: Matrix;
  readonly labels: ArrayLike<number>;
  readonly unlabelled: Matrix;
  readonly pretraining?: PretrainingEvidence;
  /** Why pre-training that did happen leaves no evidence. */
  readonly withoutCertificate?: string;
}

/**
 * Theorem D1 for the head of least convex loss in the ball: the labelled sample, the signs of the complexity and the
 * hold-out set each get a third of the failure probability. Without pre-training the comparison stays on this encoder.
 */
export function generalBound(
  { classes, labelled, labels, unlabelled, pretraining, withoutCertificate }: GeneralBoundData,
  bound: Trial['bound'],
  random: Random,
): Report {
  const { margin, scaledRadius } = bound;
  const failureProbability = bound.failureProbability / (pretraining ? 3 : 2);
  const preparation = generalPreparation(unlabelled);
  const features = preparation.apply(labelled);
  const radius = headRadius(preparation.apply(unlabelled), scaledRadius);
  const heads = { classes, radius, margin };
  const risk = meanOf(fitBoundedHead(features, labels, heads).losses(features, labels));
  const complexity =
    classes === 2
      ? headComplexity(features, radius, { failureProbability, random }).quantity
      : multiclassComplexity(features, radius, classes);
  const report = generalTheorem({
    labelled: labelled.rows,
    lossRange: 1,
    lossLipschitz: rampLipschitz(heads),
    complexity: {
      ...complexity,
      assumptions: [...(complexity.assumptions ?? []), 'features are centred by unlabelled images and carry a constant feature'],
    },
    optimisation: {
      value: risk,
      evidence: 'certified',
      formula: 'R̂(f̂) ≥ R̂(f̂) − min_f R̂(f)',
      inputs: { R: radius, γ: margin },
    },
    ...(pretraining && { pretraining: pretrainingInput(pretraining, failureProbability) }),
    failureProbability,
  });
  if (withoutCertificate === undefined) return report;
  const missing = `no transfer, domain shift and task terms, as the loss of its pre-training has no hold-out certificate: ${withoutCertificate}`;
  return { ...report, bounds: `excess downstream risk of the head over the best head on this encoder (${missing})` };
}

function pretrainingInput(
  { holdOutLosses, transferConstant, domainDistance }: PretrainingEvidence,
  failureProbability: number,
): PretrainingInput {
  const holdOut = holdOutCertificate({ losses: holdOutLosses, lossRange: RECONSTRUCTION_RANGE, failureProbability });
  return {
    transferConstant,
    transferExponent: TRANSFER_EXPONENT,
    excess: totalAsQuantity(holdOut),
    domainDistance,
    task: assumed(0, 'the best encoder for pre-training admits a head as good as any on any encoder'),
  };
}
