import {
  add,
  clipByValue,
  div,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  squaredDifference,
  sub,
  sum,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';
import { linear, normalisation, normalisedBefore, type Layer } from '../encoders/layers';
import type { Encoder, TokenEncoder } from '../encoders/encoder';
import { blockCost, transformerBlock, type Block } from '../encoders/transformerBlock';
import { EMBEDDING_DEVIATION } from '../encoders/vit';
import type { Declares } from '../engine/declares';
import type { Feeds, InputSpecs, Tensors } from '../engine/engine';
import { gatherPad } from '../engine/operations';
import type { ImageLayout } from '../imageLayout';
import { drawMasks, visibleCount } from './masks';
import { holdOutRatio, type MaskRatio } from './maskRatio';
import { PIXEL_RANGE, type Objective } from './objective';

export interface MaskedAutoencoderSettings {
  readonly maskRatio: MaskRatio;
  readonly decoder: { readonly width: number; readonly depth: number; readonly heads: number };
  /** Whether each patch is reconstructed with its own mean taken off and divided by its own deviation. */
  readonly normaliseTargets?: boolean | undefined;
}

/** Hidden units of the decoder's perceptrons, as a multiple of its width. */
const DECODER_MLP_RATIO = 4;

/** The ε inside the deviation of a patch, as He et al. have it. */
const PATCH_EPSILON = 1e-6;

/**
 * Masked autoencoding of images (He et al. 2022): the encoder sees the visible patches only, a light decoder receives
 * them with mask tokens in the gaps, and the loss is the mean squared error per pixel over the masked patches.
 */
export class MaskedAutoencoder implements Objective {
  readonly cost: number;
  private readonly layout: ImageLayout;
  private readonly embed: Layer;
  private readonly maskToken: Tensor;
  private readonly positions: Tensor;
  private readonly blocks: readonly Block[];
  private readonly predict: Layer;

  /** Declares the decoder's parameters: `decoder_embed`, `mask_token`, `decoder_pos_embed`, `decoder_blocks.0` …, `decoder_norm`, `decoder_pred`. */
  constructor(
    parameters: Declares,
    private readonly encoder: Encoder & { readonly tokens: TokenEncoder },
    private readonly settings: MaskedAutoencoderSettings,
  ) {
    const { tokens, patchSize } = encoder.layout;
    const { width, depth, heads } = settings.decoder;
    const embedding = { kind: 'normal', deviation: EMBEDDING_DEVIATION } as const;
    this.layout = encoder.layout;
    this.embed = linear(parameters, 'decoder_embed', encoder.tokens.width, width);
    this.maskToken = parameters.declare('mask_token', [1, 1, width], embedding);
    this.positions = parameters.declare('decoder_pos_embed', [1, tokens, width], embedding);
    this.blocks = Array.from({ length: depth }, (_, i) =>
      transformerBlock(parameters, `decoder_blocks.${i}`, { width, heads, mlpRatio: DECODER_MLP_RATIO }),
    );
    const norm = normalisation(parameters, 'decoder_norm', width);
    this.predict = normalisedBefore(norm, linear(parameters, 'decoder_pred', width, patchSize));
    this.cost =
      tokens * depth * blockCost({ width, mlpRatio: DECODER_MLP_RATIO }, tokens) - holdOutRatio(settings.maskRatio) * encoder.cost;
  }

  /** `patches` and their masks; the number of patches that are seen follows from the ratio. */
  inputs(images: number, maskRatio = holdOutRatio(this.settings.maskRatio)): InputSpecs {
    const { tokens, patchSize } = this.layout;
    return {
      patches: { shape: [images * tokens, patchSize] },
      visible: { shape: [images * visibleCount(tokens, maskRatio)], dtype: 'int32' },
      place: { shape: [images * tokens], dtype: 'int32' },
      masked: { shape: [images * tokens, 1] },
    };
  }

  /** The feeds of one batch with freshly drawn masks. */
  feeds(patches: Float32Array, random: Random, maskRatio = holdOutRatio(this.settings.maskRatio)): Feeds {
    const { tokens, size } = this.layout;
    return { patches, ...drawMasks(random, patches.length / size, tokens, visibleCount(tokens, maskRatio)) };
  }

  /** Mean squared error per pixel over the masked patches of a batch, in units of each patch's deviation where targets are normalised. */
  loss(inputs: Tensors): Scalar {
    const { patches } = inputs;
    if (!this.settings.normaliseTargets) return mean(this.errors(inputs, this.reconstruct(inputs), patches!));
    const { centre, deviation } = scaleOfPatches(patches!);
    return mean(this.errors(inputs, this.reconstruct(inputs), div(sub(patches!, centre), deviation)));
  }

  /**
   * The error of each image, `images`, with predictions clipped to the pixels' range and in units of its square: never larger than the
   * unclipped one, and itself in [0, 1], as the hold-out certificate needs. Where targets are normalised the prediction is first given
   * the mean and deviation of its patch.
   */
  clippedErrors(inputs: Tensors, [low, high]: readonly [number, number] = PIXEL_RANGE): Tensor {
    const errors = this.errors(inputs, clipByValue(this.paint(inputs), low, high), inputs.patches!);
    return high - low === 1 ? errors : div(errors, (high - low) ** 2);
  }

  /** Predicted values of every patch; where targets are normalised with the mean and deviation of the patch itself. */
  paint(inputs: Tensors): Tensor {
    const raw = this.reconstruct(inputs);
    if (!this.settings.normaliseTargets) return raw;
    const { centre, deviation } = scaleOfPatches(inputs.patches!);
    return add(mul(raw, deviation), centre);
  }

  private errors({ visible, masked }: Tensors, prediction: Tensor, target: Tensor): Tensor {
    const { tokens, patchSize } = this.layout;
    const squares = mul(squaredDifference(prediction, target), masked!);
    const images = target.shape[0] / tokens;
    return div(sum(reshape(squares, [images, tokens * patchSize]), 1), (tokens - visible!.shape[0] / images) * patchSize);
  }

  /** Predicted values of every patch, `(images · tokens) × patchSize`; the encoder sees the visible patches alone. */
  reconstruct({ patches, visible, place, masked }: Tensors): Tensor {
    const { tokens } = this.layout;
    const { width } = this.settings.decoder;
    const rows = patches!.shape[0];
    const seen = gatherPad(this.encoder.tokens.embed(patches!), visible!, place!);
    const encoded = this.embed(this.encoder.tokens.encode(seen, (visible!.shape[0] * tokens) / rows));
    const filled = add(gatherPad(encoded, place!, visible!), mul(masked!, reshape(this.maskToken, [1, width])));
    const placed = reshape(add(reshape(filled, [rows / tokens, tokens, width]), this.positions), [rows, width]);
    const decoded = this.blocks.reduce((x, block) => block(x, tokens), placed);
    return this.predict(decoded);
  }
}

/** Mean and deviation of each row, rows × 1. */
function scaleOfPatches(patches: Tensor): { readonly centre: Tensor; readonly deviation: Tensor } {
  const centre = mean(patches, 1, true);
  return { centre, deviation: sqrt(add(mean(square(sub(patches, centre)), 1, true), PATCH_EPSILON)) };
}
