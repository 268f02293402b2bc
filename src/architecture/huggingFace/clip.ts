import type { Parameter } from '../architecture';
import { projected } from './attention';
import type { Configuration } from './configuration';
import type { Entry, Stage } from './flow';
import { pixelValues, tokenOf } from './imageTransformer';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, convolution, embedding, group, layerNorm, linear, model, tensor, token, walked, type Part } from './parts';

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
  const heads = configuration.integer('num_attention_heads', tower.heads);
  configuration.divides(width, heads, 'num_attention_heads');
  const activation = configuration.word('hidden_act', 'quick_gelu');
  const norm = () => layerNorm(width, epsilonOf(configuration));
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
    walked(
      group(
        'transformer layer',
        {
          self_attn: walked(group('attention', attention, [], 'attention'), (stage, [tokens]) => [
            stage.run('out_proj', projected(stage, tokens!, ['q_proj', 'k_proj', 'v_proj'], { heads, size: width / heads })),
          ]),
          layer_norm1: norm(),
          mlp: walked(
            group('feed-forward', { fc1: linear(width, hidden, factor / Math.sqrt(2 * width)), fc2: linear(hidden, width, reduced) }),
            (stage, [tokens]) => [stage.run('fc2', stage.flow.activation(activation, stage.run('fc1', tokens!)))],
          ),
          layer_norm2: norm(),
        },
        [],
        'transformer block',
      ),
      (stage, [input]) => {
        const middle = stage.flow.sum(stage.run('self_attn', stage.run('layer_norm1', input!)), input!);
        return [stage.flow.sum(stage.run('mlp', stage.run('layer_norm2', middle)), middle)];
      },
    );
  return walked(group('encoder', { layers: blocks(depth, block) }), (stage, [tokens]) => [stage.run('layers', tokens!)]);
}

const epsilonOf = (configuration: Configuration): number => configuration.number('layer_norm_eps', 1e-5);

/** Results are the tokens and the one at the end of the text. */
function text(configuration: Configuration): Part {
  const width = configuration.integer('hidden_size', TEXT.width);
  const deviation = 0.02 * configuration.number('initializer_factor', 1);
  const positions = configuration.integer('max_position_embeddings', 77);
  const embeddings = group('embeddings', {
    token_embedding: embedding(configuration.integer('vocab_size', 49_408), width, deviation),
    position_embedding: embedding(positions, width, deviation),
  });
  const part = group('text transformer', {
    embeddings: walked(embeddings, (stage, [words]) => [
      stage.flow.sum(stage.run('token_embedding', words!), stage.run('position_embedding', places(stage, positions))),
    ]),
    encoder: encoder(configuration, TEXT),
    final_layer_norm: layerNorm(width, epsilonOf(configuration)),
  });
  const inputs: readonly Entry[] = [{ name: 'input_ids', sides: ['B', positions] }];
  return walked(
    part,
    (stage, [words]) => {
      const tokens = stage.run('final_layer_norm', stage.run('encoder', stage.run('embeddings', words!)));
      return [tokens, stage.flow.row(tokens, 'end of text')];
    },
    inputs,
  );
}

/** A vector that is drawn with a standard deviation; as one row its spectral norm is its length. */
const classToken = (width: number, deviation: number): Parameter => ({
  ...token([width], deviation)('class_embedding'),
  shape: [width],
});

/** The places of tokens, which no input changes. */
const places = ({ flow }: Stage, count: number): number => flow.emit({ kind: 'constant', entry: null }, [], [1, count]);

/** Results are the tokens and the normed class token. */
function vision(configuration: Configuration): Part {
  const width = configuration.integer('hidden_size', VISION.width);
  const [image, patch] = [configuration.integer('image_size', 224), configuration.integer('patch_size', 32)];
  const deviation = initialDeviation(configuration) * configuration.number('initializer_factor', 1);
  const channels = configuration.integer('num_channels', 3);
  const side = Math.floor(image / patch);
  const embeddings = group(
    'embeddings',
    {
      patch_embedding: convolution(channels, width, [patch, patch], deviation, { bias: false }),
      position_embedding: embedding(side ** 2 + 1, width, deviation),
    },
    [classToken(width, configuration.number('initializer_factor', 1) / Math.sqrt(width))],
  );
  const part = group('image transformer', {
    embeddings: walked(embeddings, (stage, [pixels]) => {
      const { flow } = stage;
      const patches = flow.map('reshape', 'tokens', stage.run('patch_embedding', pixels!), ['B', side ** 2, width]);
      const all = flow.joined([tokenOf(stage, 'class_embedding', width), patches]);
      return [flow.sum(all, stage.run('position_embedding', places(stage, side ** 2 + 1)))];
    }),
    pre_layrnorm: layerNorm(width, epsilonOf(configuration)),
    encoder: encoder(configuration, VISION),
    post_layernorm: layerNorm(width, epsilonOf(configuration)),
  });
  return walked(
    part,
    (stage, [pixels]) => {
      const tokens = stage.run('encoder', stage.run('pre_layrnorm', stage.run('embeddings', pixels!)));
      return [tokens, stage.run('post_layernorm', stage.flow.row(tokens))];
    },
    pixelValues({ channels, image: [image, image] }),
  );
}

/** A projection without bias into the space that text and images share. */
function projection(width: number, outputs: number, configuration: Configuration): Part {
  return linear(width, outputs, configuration.number('initializer_factor', 1) / Math.sqrt(width), false);
}

/** Radford et al. 2021: both towers, their projections and the learned temperature. */
const clip: ModelRule = configuration => {
  const [texts, images] = [configuration.inner('text_config'), configuration.inner('vision_config')];
  const shared = configuration.integer('projection_dim', 512);
  return model(
    {
      text_model: text(texts),
      vision_model: vision(images),
      visual_projection: projection(images.integer('hidden_size', VISION.width), shared, configuration),
      text_projection: projection(texts.integer('hidden_size', TEXT.width), shared, configuration),
    },
    (stage, [words, pixels]) => {
      const { flow } = stage;
      const unit = (row: number) => flow.unknown('division by the norm', 'its slope has no bound near 0', [row]);
      const seen = unit(stage.run('visual_projection', stage.all('vision_model', pixels!)[1]!));
      const read = unit(stage.run('text_projection', stage.all('text_model', words!)[1]!));
      const alike = flow.emit({ kind: 'product', of: 'matrices' }, [seen, read], ['B', null]);
      return [flow.unknown('exp', 'the temperature is learned', [alike])];
    },
    [tensor('logit_scale')],
  );
};

/** The configuration of one tower: the whole file, or the part of it that names the tower. */
const towerOf = (configuration: Configuration, key: string): Configuration =>
  configuration.has(key) ? configuration.inner(key) : configuration;

const textTower: ModelRule = configuration =>
  model({ text_model: text(towerOf(configuration, 'text_config')) }, (stage, [words]) => stage.all('text_model', words!));
const visionTower: ModelRule = configuration =>
  model({ vision_model: vision(towerOf(configuration, 'vision_config')) }, (stage, [pixels]) => stage.all('vision_model', pixels!));

const textWithProjection: ModelRule = configuration => {
  const tower = towerOf(configuration, 'text_config');
  const shared = tower.integer('projection_dim', 512);
  return model(
    { text_model: text(tower), text_projection: projection(tower.integer('hidden_size', TEXT.width), shared, tower) },
    (stage, [words]) => projectedRow(stage, words!, 'text_model', 'text_projection'),
  );
};

const visionWithProjection: ModelRule = configuration => {
  const tower = towerOf(configuration, 'vision_config');
  const shared = tower.integer('projection_dim', 512);
  return model(
    { vision_model: vision(tower), visual_projection: projection(tower.integer('hidden_size', VISION.width), shared, tower) },
    (stage, [pixels]) => projectedRow(stage, pixels!, 'vision_model', 'visual_projection'),
  );
};

/** What a tower makes of its input in the shared space, and its tokens. */
function projectedRow(stage: Stage, input: number, tower: string, name: string): readonly number[] {
  const [tokens = 0, row = 0] = stage.all(tower, input);
  return [stage.run(name, row), tokens];
}

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
