import { mean, reshape, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';
import type { Encoder } from '../encoders/encoder';
import type { Declares } from '../engine/declares';
import type { Feeds, InputSpecs, Tensors } from '../engine/engine';
import { imageDecoder, type ImageDecoder, type ImageDecoderSettings } from './imageDecoder';
import { inRange, rowErrors } from './imageErrors';
import { drawInputMasks, type InputMasking } from './inputMasks';
import { maskFill, type MaskFill } from './maskFill';
import { holdOutRatio, type MaskRatio } from './maskRatio';
import { PIXEL_RANGE, type Objective } from './objective';

export interface ContextEncoderSettings extends InputMasking {
  readonly maskRatio: MaskRatio;
  readonly fill: 'zero' | 'learned';
  readonly decoder: ImageDecoderSettings;
  /** Which pixels the error counts. */
  readonly target: 'masked' | 'all';
  /** Whether the decoder's layers have biases. */
  readonly bias: boolean;
}

/**
 * The context encoder (Pathak et al. 2016) without its adversary: the encoder sees the image with pixels hidden, a decoder paints the
 * whole image from the features, and the loss is the mean squared error per hidden pixel.
 */
export class ContextEncoder implements Objective {
  readonly cost: number;
  readonly decoderMatrix?: string;
  private readonly decoder: ImageDecoder;
  private readonly filled: MaskFill;

  /** Declares `decoder`, `decoder_layers.0` … and `mask_token`, as far as the settings ask for them. */
  constructor(
    parameters: Declares,
    private readonly encoder: Encoder,
    private readonly settings: ContextEncoderSettings,
  ) {
    this.decoder = imageDecoder(parameters, settings.decoder, encoder.width, encoder.layout.size, settings.bias);
    this.filled = maskFill(parameters, encoder.layout, settings.fill);
    this.cost = this.decoder.cost;
    if (this.decoder.matrix !== undefined) this.decoderMatrix = this.decoder.matrix;
  }

  inputs(images: number): InputSpecs {
    const shape = this.encoder.layout.shape(images);
    return { images: { shape }, masked: { shape } };
  }

  feeds(rows: Float32Array, random: Random, maskRatio = holdOutRatio(this.settings.maskRatio)): Feeds {
    const { layout } = this.encoder;
    return { images: rows, masked: drawInputMasks(random, rows.length / layout.size, layout, this.settings, maskRatio) };
  }

  loss(inputs: Tensors): Scalar {
    return mean(this.errors(inputs, this.reconstruct(inputs)));
  }

  clippedErrors(inputs: Tensors, range: readonly [number, number] = PIXEL_RANGE): Tensor {
    const { clip, unit } = inRange(range);
    return unit(this.errors(inputs, clip(this.reconstruct(inputs))));
  }

  /** Predicted values of the whole image, images × size, in the layout's order. */
  reconstruct({ images, masked }: Tensors): Tensor {
    return this.decoder.decode(this.encoder.features(this.filled(images!, masked!)));
  }

  paint(inputs: Tensors): Tensor {
    return this.reconstruct(inputs);
  }

  private errors({ images, masked }: Tensors, prediction: Tensor): Tensor {
    const whole = (x: Tensor): Tensor => reshape(x, [-1, this.encoder.layout.size]);
    return rowErrors(prediction, whole(images!), this.settings.target === 'masked' ? whole(masked!) : undefined);
  }
}
