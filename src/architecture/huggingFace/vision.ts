import type { Parameter } from '../architecture';
import type { Configuration } from './configuration';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, convolution, group, layerNorm, linear, tensor, type Children, type Part } from './parts';

/** What the image transformers of the library have in common. */
interface Sizes {
  readonly width: number;
  readonly hidden: number;
  readonly heads: number;
  readonly depth: number;
  readonly channels: number;
  readonly patch: readonly [number, number];
  /** Patches along height and width. */
  readonly grid: readonly [number, number];
  readonly deviation: number;
}

function sizesOf(configuration: Configuration): Sizes {
  const [width, heads] = [configuration.integer('hidden_size', 768), configuration.integer('num_attention_heads', 12)];
  configuration.divides(width, heads, 'num_attention_heads');
  const [image, patch] = [configuration.sides('image_size', 224), configuration.sides('patch_size', 16)];
  return {
    width,
    heads,
    patch,
    hidden: configuration.integer('intermediate_size', 3072),
    depth: configuration.integer('num_hidden_layers', 12),
    channels: configuration.integer('num_channels', 3),
    grid: [Math.floor(image[0] / patch[0]), Math.floor(image[1] / patch[1])],
    deviation: initialDeviation(configuration),
  };
}

const patchesOf = ({ grid }: Sizes): number => grid[0] * grid[1];

const patchEmbeddings = ({ channels, width, patch, deviation }: Sizes): Part =>
  group('patch embeddings', { projection: convolution(channels, width, patch, deviation) });

/** A pre-norm transformer block; `more` are the parameters of its own that some models add. */
function block(width: number, hidden: number, deviation: number, attention: Children, more: readonly Parameter[] = []): Part {
  return group(
    'transformer layer',
    {
      attention: group('attention', {
        attention: group('self-attention', attention, [], 'attention'),
        output: group('attention output', { dense: linear(width, width, deviation) }),
      }),
      intermediate: group('intermediate', { dense: linear(width, hidden, deviation) }),
      output: group('output', { dense: linear(hidden, width, deviation) }),
      layernorm_before: layerNorm(width),
      layernorm_after: layerNorm(width),
    },
    more,
    'transformer block',
  );
}

function projections(width: number, deviation: number, bias: boolean): Children {
  const project = () => linear(width, width, deviation, bias);
  return { query: project(), key: project(), value: project() };
}

function encoder(configuration: Configuration, { width, hidden, depth, deviation }: Sizes): Part {
  const bias = configuration.flag('qkv_bias', true);
  return group('encoder', { layer: blocks(depth, () => block(width, hidden, deviation, projections(width, deviation, bias))) });
}

interface Shape {
  readonly pooled?: boolean;
  readonly masked?: boolean;
}

/** An image transformer whose tokens are those named, before the patches. */
function transformer(configuration: Configuration, tokens: readonly string[], { pooled = false, masked = false }: Shape): Part {
  const sizes = sizesOf(configuration);
  const { width, deviation } = sizes;
  const own = [...tokens, ...(masked ? ['mask_token'] : [])].map(name => tensor(name, 1, 1, width));
  const positions = tensor('position_embeddings', 1, patchesOf(sizes) + tokens.length, width);
  return group('transformer', {
    embeddings: group('embeddings', { patch_embeddings: patchEmbeddings(sizes) }, [...own, positions]),
    encoder: encoder(configuration, sizes),
    layernorm: layerNorm(width),
    pooler: pooled ? group('pooler', { dense: linear(width, configuration.integerOr('pooler_output_size', width), deviation) }) : undefined,
  });
}

/** Class scores; a model with no labels has none. */
function classifier(configuration: Configuration): Part | undefined {
  const [width, labels] = [configuration.integer('hidden_size', 768), configuration.labels];
  return labels > 0 ? linear(width, labels, initialDeviation(configuration)) : undefined;
}

/** Pixels of every patch from its token, by a 1 × 1 convolution. */
function pixels(configuration: Configuration): Part {
  const { width, channels, deviation } = sizesOf(configuration);
  const stride = configuration.integer('encoder_stride', 16);
  return group('nn.Sequential', { 0: convolution(width, stride ** 2 * channels, [1, 1], deviation) });
}

const vit = (shape: Shape): ModelRule => {
  return configuration => transformer(configuration, ['cls_token'], shape);
};

/** The vision transformer of Dosovitskiy et al. 2021 (model type `vit`). */
export const VIT: ModelFamily = {
  base: 'ViTModel',
  classes: {
    ViTModel: vit({ pooled: true }),
    ViTForImageClassification: configuration => group('model', { vit: vit({})(configuration), classifier: classifier(configuration) }),
    ViTForMaskedImageModeling: configuration =>
      group('model', { vit: vit({ masked: true })(configuration), decoder: pixels(configuration) }),
  },
};

const deit = (shape: Shape): ModelRule => {
  return configuration => transformer(configuration, ['cls_token', 'distillation_token'], shape);
};

/** DeiT (Touvron et al. 2021; model type `deit`): a second token that learns from a teacher. */
export const DEIT: ModelFamily = {
  base: 'DeiTModel',
  classes: {
    DeiTModel: deit({ pooled: true }),
    DeiTForImageClassification: configuration => group('model', { deit: deit({})(configuration), classifier: classifier(configuration) }),
    DeiTForImageClassificationWithTeacher: configuration =>
      group('model', {
        deit: deit({})(configuration),
        cls_classifier: classifier(configuration),
        distillation_classifier: classifier(configuration),
      }),
    DeiTForMaskedImageModeling: configuration =>
      group('model', { deit: deit({ masked: true })(configuration), decoder: pixels(configuration) }),
  },
};

/** The encoder of He et al. 2022: positions are sines that are parameters without gradient. */
const maskedAutoencoder: ModelRule = configuration => {
  const sizes = sizesOf(configuration);
  const { width } = sizes;
  const embeddings = group('embeddings', { patch_embeddings: patchEmbeddings(sizes) }, [tensor('cls_token', 1, 1, width)]);
  return group('encoder', {
    embeddings: { ...embeddings, frozen: [tensor('position_embeddings', 1, patchesOf(sizes) + 1, width)] },
    encoder: encoder(configuration, sizes),
    layernorm: layerNorm(width),
  });
};

function decoder(configuration: Configuration): Part {
  const sizes = sizesOf(configuration);
  const { width: encoded, patch, channels, deviation } = sizes;
  const width = configuration.integer('decoder_hidden_size', 512);
  const hidden = configuration.integer('decoder_intermediate_size', 2048);
  configuration.divides(width, configuration.integer('decoder_num_attention_heads', 16), 'decoder_num_attention_heads');
  const bias = configuration.flag('qkv_bias', true);
  const part = group(
    'decoder',
    {
      decoder_embed: linear(encoded, width, deviation),
      decoder_layers: blocks(configuration.integer('decoder_num_hidden_layers', 8), () =>
        block(width, hidden, deviation, projections(width, deviation, bias)),
      ),
      decoder_norm: layerNorm(width),
      decoder_pred: linear(width, patch[0] * patch[1] * channels, deviation),
    },
    [tensor('mask_token', 1, 1, width)],
  );
  return { ...part, frozen: [tensor('decoder_pos_embed', 1, patchesOf(sizes) + 1, width)] };
}

/** The masked autoencoder (model type `vit_mae`). */
export const VIT_MAE: ModelFamily = {
  base: 'ViTMAEModel',
  classes: {
    ViTMAEModel: maskedAutoencoder,
    ViTMAEForPreTraining: configuration => group('model', { vit: maskedAutoencoder(configuration), decoder: decoder(configuration) }),
  },
};

/** One bias a head for every pair of relative places, and three more for the class token. */
function relativePositions({ grid, heads }: Sizes): Part {
  const count = (2 * grid[0] - 1) * (2 * grid[1] - 1) + 3;
  return group('relative positions', {}, [tensor('relative_position_bias_table', count, heads)], 'embedding');
}

/** BEiT (Bao et al. 2022): keys without bias, a scale for each branch, positions as biases of the attention. */
function beit(configuration: Configuration, pooled: boolean): Part {
  const sizes = sizesOf(configuration);
  const { width, hidden, depth, deviation } = sizes;
  const averaged = configuration.flag('use_mean_pooling', true);
  const tokens = ['cls_token', ...(configuration.flag('use_mask_token', false) ? ['mask_token'] : [])].map(name =>
    tensor(name, 1, 1, width),
  );
  const positions = configuration.flag('use_absolute_position_embeddings', false)
    ? [tensor('position_embeddings', 1, patchesOf(sizes) + 1, width)]
    : [];
  const scales = configuration.number('layer_scale_init_value', 0.1) > 0 ? [tensor('lambda_1', width), tensor('lambda_2', width)] : [];
  const attention: Children = {
    query: linear(width, width, deviation),
    key: linear(width, width, deviation, false),
    value: linear(width, width, deviation),
    relative_position_bias: configuration.flag('use_relative_position_bias', false) ? relativePositions(sizes) : undefined,
  };
  return group('transformer', {
    embeddings: group('embeddings', { patch_embeddings: patchEmbeddings(sizes) }, [...tokens, ...positions]),
    encoder: group('encoder', {
      relative_position_bias: configuration.flag('use_shared_relative_position_bias', false) ? relativePositions(sizes) : undefined,
      layer: blocks(depth, () => block(width, hidden, deviation, attention, scales)),
    }),
    layernorm: averaged ? undefined : layerNorm(width),
    pooler: pooled && averaged ? group('pooler', { layernorm: layerNorm(width) }) : undefined,
  });
}

/** BEiT (model type `beit`). */
export const BEIT: ModelFamily = {
  base: 'BeitModel',
  classes: {
    BeitModel: configuration => beit(configuration, true),
    BeitForImageClassification: configuration => group('model', { beit: beit(configuration, true), classifier: classifier(configuration) }),
    BeitForMaskedImageModeling: configuration => {
      const { width, deviation } = sizesOf(configuration);
      return group('model', {
        beit: beit(configuration, false),
        layernorm: layerNorm(width),
        lm_head: linear(width, configuration.integer('vocab_size', 8192), deviation),
      });
    },
  },
};

/** data2vec for images (Baevski et al. 2022; model type `data2vec-vision`): BEiT's modules. */
export const DATA2VEC_VISION: ModelFamily = {
  base: 'Data2VecVisionModel',
  classes: {
    Data2VecVisionModel: configuration => beit(configuration, false),
    Data2VecVisionForImageClassification: configuration =>
      group('model', { data2vec_vision: beit(configuration, true), classifier: classifier(configuration) }),
  },
};
