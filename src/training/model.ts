import type { Random } from '../common/random';
import type { Trial } from '../studies/study';
import type { DefinedSource } from './definition/definedEncoder';
import { buildEncoder } from './encoders/buildEncoder';
import type { Encoder } from './encoders/encoder';
import { linear, type Layer } from './encoders/layers';
import { Parameters } from './engine/parameters';
import { NormCaps } from './normCaps';
import { buildObjective } from './objectives/buildObjective';
import type { Objective } from './objectives/objective';
import type { PatchSet } from './patches';

/** The networks of one trial over one set of parameters, which share their memory and their start by seed. */
export interface Model {
  readonly parameters: Parameters;
  readonly encoder: Encoder;
  readonly encoderNames: readonly string[];
  /** Absent where nothing is pre-trained. */
  readonly objective?: Objective;
  /** What the objective declared beside the encoder: a decoder, a teacher. */
  readonly objectiveNames: readonly string[];
  /** Caps on the norms of encoder and decoder that every step of pre-training is brought back under. */
  readonly normCaps?: NormCaps;
  /** Outputs of the task for each feature vector; starts at 0, trained in full fine-tuning only. */
  readonly head: Layer;
  readonly headNames: readonly string[];
}

/** A model with something to pre-train it by. */
export type PretrainableModel = Model & { readonly objective: Objective };

/**
 * Builds what the trial names. Encoders of the same seed start from the same weights in every arm.
 *
 * @param headWidth outputs of the head (`Outputs.width`)
 * @param defined the program of a definition, where the encoder is one
 */
export function buildModel(
  { encoder: choice, objective: aim }: Pick<Trial, 'encoder' | 'objective'>,
  images: PatchSet,
  headWidth: number,
  random: Random,
  defined?: DefinedSource,
): Model {
  const parameters = new Parameters(random.fork('initialisation'));
  const names: string[] = [];
  const declaredSince = (): string[] => {
    const fresh = parameters.names.filter(name => !names.includes(name));
    names.push(...fresh);
    return fresh;
  };
  const encoder = buildEncoder(choice, images.layout, parameters, defined);
  const encoderNames = declaredSince();
  const objective = buildObjective(aim, {
    parameters,
    encoder,
    twin: scope => buildEncoder(choice, images.layout, scope, defined),
    bias: choice.kind !== 'deep net' || choice.bias,
    masksImages: choice.kind === 'definition',
  });
  const objectiveNames = declaredSince();
  const head = linear(parameters, 'head', encoder.width, headWidth, 'zeros');
  const capped = [...encoderNames, ...objectiveNames.filter(name => !objective?.untrained?.includes(name))];
  const caps = choice.kind === 'deep net' ? choice.normCap : undefined;
  return {
    parameters,
    encoder,
    encoderNames,
    ...(objective && { objective }),
    objectiveNames,
    ...(caps && { normCaps: new NormCaps(parameters, capped, caps) }),
    head,
    headNames: declaredSince(),
  };
}
