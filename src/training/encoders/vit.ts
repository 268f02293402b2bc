import { add, mean, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { Declares } from '../engine/declares';
import type { ImageLayout } from '../imageLayout';
import type { Encoder, NormFreedom, TokenEncoder } from './encoder';
import { linear, normalisation, unitRows, type Layer } from './layers';
import { blockCost, transformerBlock, type Block, type BlockSettings } from './transformerBlock';

export interface VisionTransformerSettings extends BlockSettings {
  readonly depth: number;
  /** Whether a last layer normalisation follows the blocks; by default where the blocks normalise before their sublayers. */
  readonly finalNorm?: boolean | undefined;
  /** Whether features are divided by their Euclidean norm. */
  readonly unitFeatures?: boolean | undefined;
}

/** Standard deviation of the position embeddings and of the mask token at the start (He et al. 2022). */
export const EMBEDDING_DEVIATION = 0.02;

/**
 * A vision transformer without a class token (Dosovitskiy et al. 2021). The features of an image are the mean of its encoded
 * tokens; where those are normalised, their norm is at most √width · max|gain| + ‖bias‖ whatever the input.
 */
export class VisionTransformer implements Encoder, TokenEncoder {
  readonly width: number;
  readonly norm: NormFreedom;
  readonly cost: number;
  private readonly patchEmbedding: Layer;
  private readonly positions: Tensor;
  private readonly blocks: readonly Block[];
  private readonly finalNorm: Layer;
  private readonly outermost: Layer;

  /** Declares the encoder's parameters: `patch_embed`, `pos_embed`, `blocks.0` …, `norm`. */
  constructor(
    parameters: Declares,
    readonly layout: ImageLayout,
    settings: VisionTransformerSettings,
  ) {
    const { width, depth, norm = 'pre', finalNorm = norm === 'pre', unitFeatures = false } = settings;
    const { tokens, patchSize } = layout;
    const unchanged: Layer = x => x;
    this.width = width;
    this.patchEmbedding = linear(parameters, 'patch_embed', patchSize, width);
    this.positions = parameters.declare('pos_embed', [1, tokens, width], { kind: 'normal', deviation: EMBEDDING_DEVIATION });
    this.blocks = Array.from({ length: depth }, (_, i) => transformerBlock(parameters, `blocks.${i}`, settings));
    this.finalNorm = finalNorm ? normalisation(parameters, 'norm', width) : unchanged;
    this.outermost = unitFeatures ? unitRows : unchanged;
    this.norm = unitFeatures ? 'fixed' : finalNorm || norm === 'post' ? 'bounded' : 'free';
    this.cost = tokens * (depth * blockCost(settings, tokens) + (patchSize * width) / 1e6);
  }

  get tokens(): TokenEncoder {
    return this;
  }

  /** Patches, `(images · tokens) × patchSize`, to embedded tokens with their positions, `(images · tokens) × width`. */
  embed(patches: Tensor): Tensor {
    const { tokens } = this.layout;
    const embedded = reshape(this.patchEmbedding(patches), [patches.shape[0] / tokens, tokens, this.width]);
    return reshape(add(embedded, this.positions), [patches.shape[0], this.width]);
  }

  /** Embedded tokens, `perImage` of each image, to encoded tokens of the same shape. */
  encode(embedded: Tensor, perImage: number): Tensor {
    return this.finalNorm(this.blocks.reduce((x, block) => block(x, perImage), embedded));
  }

  /** Unmasked patches, `(images · tokens) × patchSize`, to features, `images × width`. */
  features(patches: Tensor): Tensor {
    const { tokens } = this.layout;
    const encoded = this.encode(this.embed(patches), tokens);
    return this.outermost(mean(reshape(encoded, [patches.shape[0] / tokens, tokens, this.width]), 1));
  }
}
