import type { Random } from '../common/random';
import type { Trial } from '../studies/study';
import { classifierDomainShift, gaussianDomainShift, sameDomain } from '../theory/domainShift';
import type { Matrix } from '../theory/matrix';
import type { Quantity } from '../theory/quantity';

/**
 * Total variation between the laws of pre-training and downstream inputs: 0 where the study declares them the same, else the
 * larger of two estimates from the encoder's features of held-out pre-training images and of unlabelled downstream images.
 */
export function domainDistance(declared: Trial['data']['domain'], pretraining: Matrix, downstream: Matrix, random: Random): Quantity {
  if (declared === 'same') return sameDomain();
  const estimates = [gaussianDomainShift(pretraining, downstream), classifierDomainShift(pretraining, downstream, random)];
  return estimates.reduce((largest, estimate) => (estimate.value > largest.value ? estimate : largest));
}
