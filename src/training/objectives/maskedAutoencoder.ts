import { add, clipByValue, div, mean, mul, reshape, squaredDifference, sum, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';
import { linear, normalisation, type Layer } from '../encoders/layers';
import { transformerBlock, type Block } from '../encoders/transformerBlock';
import { EMBEDDING_DEVIATION, type VisionTransformer } from '../encoders/vit';
import type { Feeds, InputSpecs, Tensors } from '../engine/engine';
import { gatherPad } from '../engine/operations';
import type { Parameters } from '../engine/parameters';
import { drawMasks, visibleCount } from './masks';

export interface MaskedAutoencoderSettings {
  readonly maskRatio: number;
  readonly decoder: { readonly width: number; readonly depth: number; readonly heads: number };
}

/** Hidden units of the decoder's perceptrons, as a multiple of its width. */
const DECODER_MLP_RATIO = 4;

/**
 * Masked autoencoding of images (He et al. 2022): the encoder sees the visible patches only, a light decoder receives
 * them with mask tokens in the gaps, and the loss is the mean squared error per pixel over the masked patches.
 */
export class MaskedAutoencoder {
  /** Patches that the encoder sees of each image. */
  readonly visible: number;
  private readonly embed: Layer;
  private readonly maskToken: Tensor;
  private readonly positions: Tensor;
  private readonly blocks: readonly Block[];
  private readonly norm: Layer;
  private readonly predict: Layer;

  /** Declares the decoder's parameters: `decoder_embed`, `mask_token`, `decoder_pos_embed`, `decoder_blocks.0` …, `decoder_norm`, `decoder_pred`. */
  constructor(
    parameters: Parameters,
    private readonly encoder: VisionTransformer,
    private readonly settings: MaskedAutoencoderSettings,
  ) {
    const { tokens, patchSize } = encoder.settings;
    const { width, depth, heads } = settings.decoder;
    const embedding = { kind: 'normal', deviation: EMBEDDING_DEVIATION } as const;
    this.visible = visibleCount(tokens, settings.maskRatio);
    this.embed = linear(parameters, 'decoder_embed', encoder.width, width);
    this.maskToken = parameters.declare('mask_token', [1, 1, width], embedding);
    this.positions = parameters.declare('decoder_pos_embed', [1, tokens, width], embedding);
    this.blocks = Array.from({ length: depth }, (_, i) =>
      transformerBlock(parameters, `decoder_blocks.${i}`, { width, heads, mlpRatio: DECODER_MLP_RATIO }),
    );
    this.norm = normalisation(parameters, 'decoder_norm', width);
    this.predict = linear(parameters, 'decoder_pred', width, patchSize);
  }

  /** What one batch of `images` is fed as: `patches` and its masks. */
  inputs(images: number): InputSpecs {
    const { tokens, patchSize } = this.encoder.settings;
    return {
      patches: { shape: [images * tokens, patchSize] },
      visible: { shape: [images * this.visible], dtype: 'int32' },
      place: { shape: [images * tokens], dtype: 'int32' },
      masked: { shape: [images * tokens, 1] },
    };
  }

  /** The feeds of one batch with freshly drawn masks. */
  feeds(patches: Float32Array, random: Random): Feeds {
    const { tokens, patchSize } = this.encoder.settings;
    return { patches, ...drawMasks(random, patches.length / (tokens * patchSize), tokens, this.visible) };
  }

  /** Mean squared error per pixel over the masked patches of a batch. */
  loss(inputs: Tensors): Scalar {
    return mean(this.errors(inputs, this.reconstruct(inputs)));
  }

  /**
   * The same error of each image, `images`, with predictions clipped to the pixels' range and in units of its square: never
   * larger than the unclipped one, and itself in [0, 1], as the hold-out certificate needs.
   */
  clippedErrors(inputs: Tensors, [low, high]: readonly [number, number] = [0, 1]): Tensor {
    const errors = this.errors(inputs, clipByValue(this.reconstruct(inputs), low, high));
    return high - low === 1 ? errors : div(errors, (high - low) ** 2);
  }

  private errors({ patches, masked }: Tensors, prediction: Tensor): Tensor {
    const { tokens, patchSize } = this.encoder.settings;
    const squares = mul(squaredDifference(prediction, patches!), masked!);
    const images = patches!.shape[0] / tokens;
    return div(sum(reshape(squares, [images, tokens * patchSize]), 1), (tokens - this.visible) * patchSize);
  }

  /** Predicted pixels of every patch, `(images · tokens) × patchSize`; the encoder sees the visible patches alone. */
  reconstruct({ patches, visible, place, masked }: Tensors): Tensor {
    const { tokens } = this.encoder.settings;
    const { width } = this.settings.decoder;
    const seen = gatherPad(this.encoder.embed(patches!), visible!, place!);
    const encoded = this.embed(this.encoder.encode(seen, this.visible));
    const filled = add(gatherPad(encoded, place!, visible!), mul(masked!, reshape(this.maskToken, [1, width])));
    const rows = patches!.shape[0];
    const placed = reshape(add(reshape(filled, [rows / tokens, tokens, width]), this.positions), [rows, width]);
    const decoded = this.blocks.reduce((x, block) => block(x, tokens), placed);
    return this.predict(this.norm(decoded));
  }
}
