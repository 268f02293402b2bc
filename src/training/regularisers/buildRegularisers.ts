import type { Random } from '../../common/random';
import { regularisersOf } from '../../studies/regularisers';
import type { Trial } from '../../studies/study';
import type { Model } from '../model';
import type { PretrainingImages } from '../taskImages';
import { FeatureDecay } from './featureDecay';
import { WeightDecay } from './l2';
import { RadRegulariser } from './radRegulariser';
import type { Regulariser } from './regulariser';
import { SpectralPenalty } from './spectralPenalty';

/**
 * What the study adds to the objective, in its order; empty for `none`.
 *
 * @param trainable names of the parameters that pre-training changes
 */
export function buildRegularisers(
  choice: Trial['regulariser'],
  { parameters, encoder, encoderNames }: Model,
  { images, downstream }: PretrainingImages,
  trainable: readonly string[],
  random: Random,
): readonly Regulariser[] {
  const looksAt = (inputs: 'downstream' | 'pretraining' | undefined) => (inputs === 'pretraining' ? images : downstream);
  return regularisersOf(choice).map(one => {
    switch (one.kind) {
      case 'l2':
        return new WeightDecay(one.lambda, parameters, trainable);
      case 'radreg':
        return new RadRegulariser(one, encoder, looksAt(one.inputs), random);
      case 'feature decay':
        return new FeatureDecay(one, encoder, looksAt(one.inputs), random);
      case 'spectral norm':
        return new SpectralPenalty(
          one.lambda,
          parameters,
          encoderNames.filter(name => !encoder.untrained?.includes(name)),
        );
    }
  });
}
