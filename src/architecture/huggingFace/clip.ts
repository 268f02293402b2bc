import type { Configuration } from './configuration';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, convolution, embedding, group, layerNorm, linear, tensor, type Part } from './parts';

interface Tower {
  readonly width: number;
  readonly hidden: number;
  readonly heads: number;
}

const TEXT: Tower = { width: 512, hidden: 2048, heads: 8 };
const VISION: Tower = { width: 768, hidden: 3072, heads: 12 };

/** Pre-norm blocks; matrices start at width^(-1/2), those before a residual sum smaller by √(2 · depth). */
function encoder(configuration: Configuration, tower: Tower): Part {
  const width = configuration.integer('hidden_size', tower.width);
  configuration.divides(width, configuration.integer('num_attention_heads', tower.heads), 'num_attention_heads');
  const hidden = configuration.integer('intermediate_size', tower.hidden);
  const depth = configuration.integer('num_hidden_layers', 12);
  const factor = configuration.number('initializer_factor', 1);
  const whole = factor / Math.sqrt(width);
  const reduced = whole / Math.sqrt(2 * depth);
  const attention = {
    k_proj: linear(width, width, reduced),
    v_proj: linear(width, width, reduced),
    q_proj: linear(width, width, reduced),
    out_proj: linear(width, width, whole),
  };
  const block = () =>
    group(
      'transformer layer',
      {
        self_attn: group('attention', attention, [], 'attention'),
        layer_norm1: layerNorm(width),
        mlp: group('feed-forward', { fc1: linear(width, hidden, factor / Math.sqrt(2 * width)), fc2: linear(hidden, width, reduced) }),
        layer_norm2: layerNorm(width),
      },
      [],
      'transformer block',
    );
  return group('encoder', { layers: blocks(depth, block) });
}

function text(configuration: Configuration): Part {
  const width = configuration.integer('hidden_size', TEXT.width);
  const deviation = 0.02 * configuration.number('initializer_factor', 1);
  return group('text transformer', {
    embeddings: group('embeddings', {
      token_embedding: embedding(configuration.integer('vocab_size', 49_408), width, deviation),
      position_embedding: embedding(configuration.integer('max_position_embeddings', 77), width, deviation),
    }),
    encoder: encoder(configuration, TEXT),
    final_layer_norm: layerNorm(width),
  });
}

function vision(configuration: Configuration): Part {
  const width = configuration.integer('hidden_size', VISION.width);
  const [image, patch] = [configuration.integer('image_size', 224), configuration.integer('patch_size', 32)];
  const deviation = initialDeviation(configuration) * configuration.number('initializer_factor', 1);
  const patches = Math.floor(image / patch) ** 2;
  return group('image transformer', {
    embeddings: group(
      'embeddings',
      {
        patch_embedding: convolution(configuration.integer('num_channels', 3), width, [patch, patch], deviation, false),
        position_embedding: embedding(patches + 1, width, deviation),
      },
      [tensor('class_embedding', width)],
    ),
    pre_layrnorm: layerNorm(width),
    encoder: encoder(configuration, VISION),
    post_layernorm: layerNorm(width),
  });
}

/** A projection without bias into the space that text and images share. */
function projection(width: number, outputs: number, configuration: Configuration): Part {
  return linear(width, outputs, configuration.number('initializer_factor', 1) / Math.sqrt(width), false);
}

/** Radford et al. 2021: both towers, their projections and the learned temperature. */
const clip: ModelRule = configuration => {
  const [texts, images] = [configuration.inner('text_config'), configuration.inner('vision_config')];
  const shared = configuration.integer('projection_dim', 512);
  return group(
    'model',
    {
      text_model: text(texts),
      vision_model: vision(images),
      visual_projection: projection(images.integer('hidden_size', VISION.width), shared, configuration),
      text_projection: projection(texts.integer('hidden_size', TEXT.width), shared, configuration),
    },
    [tensor('logit_scale')],
  );
};

/** The configuration of one tower: the whole file, or the part of it that names the tower. */
const towerOf = (configuration: Configuration, key: string): Configuration =>
  configuration.has(key) ? configuration.inner(key) : configuration;

const textTower: ModelRule = configuration => group('model', { text_model: text(towerOf(configuration, 'text_config')) });
const visionTower: ModelRule = configuration => group('model', { vision_model: vision(towerOf(configuration, 'vision_config')) });

const textWithProjection: ModelRule = configuration => {
  const tower = towerOf(configuration, 'text_config');
  const shared = tower.integer('projection_dim', 512);
  return group('model', { text_model: text(tower), text_projection: projection(tower.integer('hidden_size', TEXT.width), shared, tower) });
};

const visionWithProjection: ModelRule = configuration => {
  const tower = towerOf(configuration, 'vision_config');
  const shared = tower.integer('projection_dim', 512);
  return group('model', {
    vision_model: vision(tower),
    visual_projection: projection(tower.integer('hidden_size', VISION.width), shared, tower),
  });
};

const classes = {
  CLIPModel: clip,
  CLIPTextModel: textTower,
  CLIPTextModelWithProjection: textWithProjection,
  CLIPVisionModel: visionTower,
  CLIPVisionModelWithProjection: visionWithProjection,
};

/** CLIP (model type `clip`). */
export const CLIP: ModelFamily = { base: 'CLIPModel', classes };

/** One tower of CLIP with a configuration of its own (model types `clip_text_model`, `clip_vision_model`). */
export const CLIP_TEXT: ModelFamily = {
  base: 'CLIPTextModel',
  classes: { CLIPTextModel: textTower, CLIPTextModelWithProjection: textWithProjection },
};

export const CLIP_VISION: ModelFamily = {
  base: 'CLIPVisionModel',
  classes: { CLIPVisionModel: visionTower, CLIPVisionModelWithProjection: visionWithProjection },
};
