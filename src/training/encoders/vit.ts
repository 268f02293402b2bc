import { add, mean, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { Parameters } from '../engine/parameters';
import { linear, normalisation, type Layer } from './layers';
import { transformerBlock, type Block, type BlockSettings } from './transformerBlock';

export interface VisionTransformerSettings extends BlockSettings {
  /** Patches per image. */
  readonly tokens: number;
  /** Values per patch. */
  readonly patchSize: number;
  readonly depth: number;
}

/** Standard deviation of the position embeddings and of the mask token at the start (He et al. 2022). */
export const EMBEDDING_DEVIATION = 0.02;

/**
 * A vision transformer without a class token that ends in a layer normalisation (Dosovitskiy et al. 2021). The features
 * of an image are the mean of its normalised tokens, so their norm is at most √width · max|gain| + ‖bias‖ whatever the input.
 */
export class VisionTransformer {
  /** Length of the feature vector. */
  readonly width: number;
  private readonly patchEmbedding: Layer;
  private readonly positions: Tensor;
  private readonly blocks: readonly Block[];
  private readonly norm: Layer;

  /** Declares the encoder's parameters: `patch_embed`, `pos_embed`, `blocks.0` …, `norm`. */
  constructor(
    parameters: Parameters,
    readonly settings: VisionTransformerSettings,
  ) {
    const { width, tokens, patchSize, depth } = settings;
    this.width = width;
    this.patchEmbedding = linear(parameters, 'patch_embed', patchSize, width);
    this.positions = parameters.declare('pos_embed', [1, tokens, width], { kind: 'normal', deviation: EMBEDDING_DEVIATION });
    this.blocks = Array.from({ length: depth }, (_, i) => transformerBlock(parameters, `blocks.${i}`, settings));
    this.norm = normalisation(parameters, 'norm', width);
  }

  /** Patches, `(images · tokens) × patchSize`, to embedded tokens with their positions, `(images · tokens) × width`. */
  embed(patches: Tensor): Tensor {
    const { tokens, width } = this.settings;
    const embedded = reshape(this.patchEmbedding(patches), [patches.shape[0] / tokens, tokens, width]);
    return reshape(add(embedded, this.positions), [patches.shape[0], width]);
  }

  /** Embedded tokens, `perImage` of each image, to normalised tokens of the same shape. */
  encode(embedded: Tensor, perImage: number): Tensor {
    return this.norm(this.blocks.reduce((x, block) => block(x, perImage), embedded));
  }

  /** Unmasked patches, `(images · tokens) × patchSize`, to features, `images × width`. */
  features(patches: Tensor): Tensor {
    const { tokens, width } = this.settings;
    const encoded = this.encode(this.embed(patches), tokens);
    return mean(reshape(encoded, [patches.shape[0] / tokens, tokens, width]), 1);
  }
}
