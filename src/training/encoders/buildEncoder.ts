import type { Trial } from '../../studies/study';
import { DefinedEncoder, type DefinedSource } from '../definition/definedEncoder';
import type { Declares } from '../engine/declares';
import type { ImageLayout } from '../imageLayout';
import { ConvolutionalEncoder } from './convolutional';
import { DeepNet } from './deepNet';
import type { Encoder } from './encoder';
import { VisionTransformer } from './vit';

/** Side of the patches that an encoder wants its images cut into; undefined where it takes them whole. */
export const patchOf = (encoder: Trial['encoder']): number | undefined => (encoder.kind === 'vit' ? encoder.patch : undefined);

/** Outputs of each layer of a deep net, which a study may give one by one or as width and depth. */
const deepNetWidths = ({ widths, width, depth }: Extract<Trial['encoder'], { kind: 'deep net' }>): readonly number[] =>
  widths ?? Array.from({ length: depth ?? 1 }, () => width!);

/** Declares the encoder that a study names. @param defined the program of a definition, where it names one */
export function buildEncoder(encoder: Trial['encoder'], layout: ImageLayout, parameters: Declares, defined?: DefinedSource): Encoder {
  switch (encoder.kind) {
    case 'vit':
      return new VisionTransformer(parameters, layout, encoder);
    case 'deep net':
      return new DeepNet(parameters, layout, { ...encoder, widths: deepNetWidths(encoder) });
    case 'convolutional':
      return new ConvolutionalEncoder(parameters, layout, encoder);
    case 'definition':
      if (!defined) throw new Error('The program of a definition was not read.');
      return new DefinedEncoder(parameters, layout, defined);
  }
}
