import type { Configuration } from './configuration';
import type { ModelFamily, ModelRule } from './model';
import { blocks, convolution, embedding, group, layerNorm, linear, tensor, type Part } from './parts';

const deviationOf = (configuration: Configuration): number => configuration.number('init_std', 0.02);
const widthOf = (configuration: Configuration): number => configuration.integer('d_model', 384);

function attention(width: number, deviation: number): Part {
  const project = (bias = true) => linear(width, width, deviation, bias);
  return group('attention', { k_proj: project(false), v_proj: project(), q_proj: project(), out_proj: project() }, [], 'attention');
}

function block(width: number, hidden: number, deviation: number, crosses: boolean): Part {
  return group(
    'transformer layer',
    {
      self_attn: attention(width, deviation),
      self_attn_layer_norm: layerNorm(width),
      encoder_attn: crosses ? attention(width, deviation) : undefined,
      encoder_attn_layer_norm: crosses ? layerNorm(width) : undefined,
      fc1: linear(width, hidden, deviation),
      fc2: linear(hidden, width, deviation),
      final_layer_norm: layerNorm(width),
    },
    [],
    'transformer block',
  );
}

/** Two convolutions over the spectrogram, sines for places that are parameters without gradient, and pre-norm blocks. */
function encoder(configuration: Configuration): Part {
  const [width, deviation] = [widthOf(configuration), deviationOf(configuration)];
  configuration.divides(width, configuration.integer('encoder_attention_heads', 6), 'encoder_attention_heads');
  const hidden = configuration.integer('encoder_ffn_dim', 1536);
  return group('encoder', {
    conv1: convolution(configuration.integer('num_mel_bins', 80), width, [3], deviation),
    conv2: convolution(width, width, [3], deviation),
    embed_positions: embedding(configuration.integer('max_source_positions', 1500), width, deviation, false),
    layers: blocks(configuration.integer('encoder_layers', 4), () => block(width, hidden, deviation, false)),
    layer_norm: layerNorm(width),
  });
}

function decoder(configuration: Configuration): Part {
  const [width, deviation] = [widthOf(configuration), deviationOf(configuration)];
  configuration.divides(width, configuration.integer('decoder_attention_heads', 6), 'decoder_attention_heads');
  const hidden = configuration.integer('decoder_ffn_dim', 1536);
  return group('decoder', {
    embed_tokens: embedding(configuration.integer('vocab_size', 51_865), width, deviation),
    embed_positions: embedding(configuration.integer('max_target_positions', 448), width, deviation),
    layers: blocks(configuration.integer('decoder_layers', 4), () => block(width, hidden, deviation, true)),
    layer_norm: layerNorm(width),
  });
}

/** Radford et al. 2023. */
const whisper: ModelRule = configuration => group('model', { encoder: encoder(configuration), decoder: decoder(configuration) });

/** Scores for every word; where their matrix is the word embeddings, it counts there. */
const words: ModelRule = configuration => {
  const vocabulary = configuration.integer('vocab_size', 51_865);
  return linear(widthOf(configuration), vocabulary, deviationOf(configuration), false);
};

const isTied = (configuration: Configuration): boolean => configuration.flag('tie_word_embeddings', true);

/** Whisper (model type `whisper`). */
export const WHISPER: ModelFamily = {
  base: 'WhisperModel',
  classes: {
    WhisperModel: whisper,
    WhisperForConditionalGeneration: configuration =>
      group('model', { model: whisper(configuration), proj_out: isTied(configuration) ? undefined : words(configuration) }),
    WhisperForCausalLM: configuration =>
      group('model', {
        model: group('model', { decoder: decoder(configuration) }),
        proj_out: isTied(configuration) ? undefined : words(configuration),
      }),
    WhisperForAudioClassification: configuration => {
      const [size, deviation] = [configuration.integer('classifier_proj_size', 256), deviationOf(configuration)];
      const weighted = configuration.flag('use_weighted_layer_sum', false);
      return group(
        'model',
        {
          encoder: encoder(configuration),
          projector: linear(widthOf(configuration), size, deviation),
          classifier: linear(size, configuration.labels, deviation),
        },
        weighted ? [tensor('layer_weights', configuration.integer('encoder_layers', 4) + 1)] : [],
      );
    },
  },
};
