import type { Random } from '../common/random';
import type { Trial } from '../studies/study';
import { linear, type Layer } from './encoders/layers';
import { VisionTransformer } from './encoders/vit';
import { Parameters } from './engine/parameters';
import { MaskedAutoencoder } from './objectives/maskedAutoencoder';
import type { PatchSet } from './patches';

/** The networks of one trial over one set of parameters, which share their memory and their start by seed. */
export interface Model {
  readonly parameters: Parameters;
  readonly encoder: VisionTransformer;
  readonly encoderNames: readonly string[];
  /** Absent where nothing is pre-trained. */
  readonly objective?: MaskedAutoencoder;
  /** Outputs of the task for each feature vector; starts at 0, trained in full fine-tuning only. */
  readonly head: Layer;
  readonly headNames: readonly string[];
}

/**
 * Builds what the trial names. Encoders of the same seed start from the same weights in every arm.
 *
 * @param headWidth outputs of the head (`Outputs.width`)
 */
export function buildModel(
  { encoder, objective }: Pick<Trial, 'encoder' | 'objective'>,
  images: PatchSet,
  headWidth: number,
  random: Random,
): Model {
  const parameters = new Parameters(random.fork('initialisation'));
  const names: string[] = [];
  const declaredSince = (): string[] => {
    const fresh = parameters.names.filter(name => !names.includes(name));
    names.push(...fresh);
    return fresh;
  };
  const { width, depth, heads, mlpRatio } = encoder;
  const vit = new VisionTransformer(parameters, { tokens: images.tokens, patchSize: images.patchSize, width, depth, heads, mlpRatio });
  const encoderNames = declaredSince();
  const autoencoder = objective.kind === 'none' ? undefined : new MaskedAutoencoder(parameters, vit, objective);
  declaredSince();
  const head = linear(parameters, 'head', width, headWidth, 'zeros');
  return { parameters, encoder: vit, encoderNames, ...(autoencoder && { objective: autoencoder }), head, headNames: declaredSince() };
}
