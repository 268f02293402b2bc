import { Fault } from '../../common/fault';
import type { Trial } from '../../studies/study';
import type { Encoder, TokenEncoder } from '../encoders/encoder';
import type { Declares } from '../engine/declares';
import type { Parameters } from '../engine/parameters';
import { ContextEncoder, type ContextEncoderSettings } from './contextEncoder';
import { Denoising } from './denoising';
import { MaskedAutoencoder } from './maskedAutoencoder';
import { MaskReconstruction } from './maskReconstruction';
import type { Objective } from './objective';
import { MomentumTeacher, scaledTeacher } from './teacher';

/** Side of the cells of a random mask on whole images, in pixels. */
const CELL = 4;

export interface ObjectiveParts {
  readonly parameters: Parameters;
  readonly encoder: Encoder;
  /** Makes an encoder of the same shape over other parameters: a teacher. */
  readonly twin: (parameters: Declares) => Encoder;
  /** Whether decoders from features to pixels have biases. */
  readonly bias: boolean;
  /** Whether a masked autoencoder masks the image itself where the encoder has no tokens to leave out. */
  readonly masksImages?: boolean;
}

const worksOnTokens = (encoder: Encoder): encoder is Encoder & { readonly tokens: TokenEncoder } => encoder.tokens !== undefined;

/** Masked reconstruction for encoders that take whole images: random cells are hidden, a perceptron as deep as the decoder paints them. */
function onImages(
  { maskRatio, decoder: { width, depth } }: Extract<Trial['objective'], { kind: 'masked autoencoder' }>,
  bias: boolean,
): ContextEncoderSettings {
  const decoder = { kind: 'deep', widths: Array.from({ length: depth }, () => width), activation: 'gelu' } as const;
  return { maskRatio, mask: 'random', cell: CELL, fill: 'learned', decoder, target: 'masked', bias };
}

/** Declares what the study's objective adds to the encoder; undefined where nothing is pre-trained. */
export function buildObjective(
  objective: Trial['objective'],
  { parameters, encoder, twin, bias, masksImages }: ObjectiveParts,
): Objective | undefined {
  const { layout } = encoder;
  switch (objective.kind) {
    case 'none':
      return undefined;
    case 'masked autoencoder':
      if (!worksOnTokens(encoder) && masksImages) return new ContextEncoder(parameters, encoder, onImages(objective, bias));
      if (!worksOnTokens(encoder))
        throw new Fault(
          'A masked autoencoder leaves masked patches out, and this encoder takes whole images',
          'choose the objective "context encoder", or an encoder on patches',
        );
      return new MaskedAutoencoder(parameters, encoder, objective);
    case 'context encoder':
      return new ContextEncoder(parameters, encoder, { ...objective, cell: objective.cell ?? layout.patch ?? CELL, bias });
    case 'mask reconstruction': {
      const { teacher } = objective;
      const made =
        teacher.kind === 'scaled'
          ? scaledTeacher(encoder, teacher.factor)
          : new MomentumTeacher(parameters, teacher.momentum, teacher.normaliseTargets, twin);
      return new MaskReconstruction(parameters, encoder, made, { ...objective, cell: objective.cell ?? layout.patch ?? CELL });
    }
    case 'denoising':
      return new Denoising(parameters, encoder, { ...objective, bias });
  }
}
