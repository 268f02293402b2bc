import type { ActivationName } from '../encoders/activation';
import { linear, type Layer } from '../encoders/layers';
import { perceptron, perceptronCost } from '../encoders/perceptron';
import type { Declares } from '../engine/declares';

/** From features to all values of an image: one linear layer, or hidden layers before it. */
export type ImageDecoderSettings =
  { readonly kind: 'linear' } | { readonly kind: 'deep'; readonly widths: readonly number[]; readonly activation: ActivationName };

export interface ImageDecoder {
  /** Features, images × width, to values, images × size. */
  readonly decode: Layer;
  /** Name of the parameter that is its only matrix, size × width, where it is linear. */
  readonly matrix?: string;
  readonly cost: number;
}

/** Declares `decoder.weight` and `.bias`, and for a deep one `decoder_layers.0` … before it. */
export function imageDecoder(
  parameters: Declares,
  settings: ImageDecoderSettings,
  width: number,
  size: number,
  bias: boolean,
): ImageDecoder {
  if (settings.kind === 'linear') {
    const decode = linear(parameters, 'decoder', width, size, 'uniform', bias);
    return { decode, matrix: 'decoder.weight', cost: perceptronCost(width, [size]) };
  }
  const { widths, activation } = settings;
  const hidden = perceptron(parameters, 'decoder_layers.', width, { widths, activation, bias });
  const last = linear(parameters, 'decoder', widths.at(-1)!, size, 'uniform', bias);
  return { decode: x => last(hidden(x)), cost: perceptronCost(width, [...widths, size]) };
}
