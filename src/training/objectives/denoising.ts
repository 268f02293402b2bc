import { mean, reshape, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';
import type { Encoder } from '../encoders/encoder';
import type { Declares } from '../engine/declares';
import type { Feeds, InputSpecs, Tensors } from '../engine/engine';
import { imageDecoder, type ImageDecoder, type ImageDecoderSettings } from './imageDecoder';
import { inRange, rowErrors } from './imageErrors';
import { PIXEL_RANGE, type Objective } from './objective';

/** Normal noise that is added, or values that become 0, each on its own. */
export type Noise = { readonly kind: 'gaussian'; readonly deviation: number } | { readonly kind: 'masking'; readonly ratio: number };

export interface DenoisingSettings {
  readonly noise: Noise;
  readonly decoder: ImageDecoderSettings;
  readonly bias: boolean;
}

/** The same values with noise. */
export function noisy(values: Float32Array, noise: Noise, random: Random): Float32Array {
  if (noise.kind === 'gaussian') return values.map(value => value + noise.deviation * random.normal());
  return values.map(value => (random.uniform() < noise.ratio ? 0 : value));
}

/** A denoising autoencoder (Vincent et al. 2010): the whole image is painted from the features of a noisy one. */
export class Denoising implements Objective {
  readonly cost: number;
  readonly decoderMatrix?: string;
  private readonly decoder: ImageDecoder;

  /** Declares `decoder`, and `decoder_layers.0` … of a deep one. */
  constructor(
    parameters: Declares,
    private readonly encoder: Encoder,
    private readonly settings: DenoisingSettings,
  ) {
    this.decoder = imageDecoder(parameters, settings.decoder, encoder.width, encoder.layout.size, settings.bias);
    this.cost = this.decoder.cost;
    if (this.decoder.matrix !== undefined) this.decoderMatrix = this.decoder.matrix;
  }

  inputs(images: number): InputSpecs {
    const shape = this.encoder.layout.shape(images);
    return { images: { shape }, noisy: { shape } };
  }

  feeds(rows: Float32Array, random: Random): Feeds {
    return { images: rows, noisy: noisy(rows, this.settings.noise, random) };
  }

  loss(inputs: Tensors): Scalar {
    return mean(this.errors(inputs, this.reconstruct(inputs)));
  }

  clippedErrors(inputs: Tensors, range: readonly [number, number] = PIXEL_RANGE): Tensor {
    const { clip, unit } = inRange(range);
    return unit(this.errors(inputs, clip(this.reconstruct(inputs))));
  }

  paint(inputs: Tensors): Tensor {
    return this.reconstruct(inputs);
  }

  private reconstruct({ noisy }: Tensors): Tensor {
    return this.decoder.decode(this.encoder.features(noisy!));
  }

  private errors({ images }: Tensors, prediction: Tensor): Tensor {
    return rowErrors(prediction, reshape(images!, [-1, this.encoder.layout.size]));
  }
}
