import { projected } from './attention';
import type { Configuration } from './configuration';
import type { Forward } from './flow';
import type { ModelFamily, ModelRule } from './model';
import { blocks, convolution, embedding, group, layerNorm, linear, model, tensor, walked, type Part } from './parts';

const deviationOf = (configuration: Configuration): number => configuration.number('init_std', 0.02);
const widthOf = (configuration: Configuration): number => configuration.integer('d_model', 384);
const activationOf = (configuration: Configuration): string => configuration.word('activation_function', 'gelu');

/** What every norm of the library's Whisper divides by. */
const EPSILON = 1e-5;

function attention(width: number, heads: number, deviation: number): Part {
  const project = (bias = true) => linear(width, width, deviation, bias);
  const parts = { k_proj: project(false), v_proj: project(), q_proj: project(), out_proj: project() };
  return walked(group('attention', parts, [], 'attention'), (stage, [tokens, context]) => [
    stage.run('out_proj', projected(stage, tokens!, ['q_proj', 'k_proj', 'v_proj'], { heads, size: width / heads }, context)),
  ]);
}

/** A pre-norm block; the second input, where there is one, is what the encoder made. */
function block(configuration: Configuration, hidden: number, heads: number, crosses: boolean): Part {
  const [width, deviation, activation] = [widthOf(configuration), deviationOf(configuration), activationOf(configuration)];
  const part = group(
    'transformer layer',
    {
      self_attn: attention(width, heads, deviation),
      self_attn_layer_norm: layerNorm(width, EPSILON),
      encoder_attn: crosses ? attention(width, heads, deviation) : undefined,
      encoder_attn_layer_norm: crosses ? layerNorm(width, EPSILON) : undefined,
      fc1: linear(width, hidden, deviation),
      fc2: linear(hidden, width, deviation),
      final_layer_norm: layerNorm(width, EPSILON),
    },
    [],
    'transformer block',
  );
  return walked(part, (stage, [input, context]) => {
    const { flow } = stage;
    const own = flow.sum(stage.run('self_attn', stage.run('self_attn_layer_norm', input!)), input!);
    const crossed =
      context === undefined ? own : flow.sum(stage.run('encoder_attn', stage.run('encoder_attn_layer_norm', own), context), own);
    const wide = flow.activation(activation, stage.run('fc1', stage.run('final_layer_norm', crossed)));
    return [flow.sum(stage.run('fc2', wide), crossed)];
  });
}

/** Two convolutions over the spectrogram, sines for places that are parameters without gradient, and pre-norm blocks. */
function encoder(configuration: Configuration): Part {
  const [width, deviation] = [widthOf(configuration), deviationOf(configuration)];
  const heads = configuration.integer('encoder_attention_heads', 6);
  configuration.divides(width, heads, 'encoder_attention_heads');
  const hidden = configuration.integer('encoder_ffn_dim', 1536);
  const bins = configuration.integer('num_mel_bins', 80);
  const places = configuration.integer('max_source_positions', 1500);
  const part = group('encoder', {
    conv1: convolution(bins, width, [3], deviation, { stride: [1], padding: 1 }),
    conv2: convolution(width, width, [3], deviation, { stride: [2], padding: 1 }),
    embed_positions: embedding(places, width, deviation, false),
    layers: blocks(configuration.integer('encoder_layers', 4), () => block(configuration, hidden, heads, false)),
    layer_norm: layerNorm(width, EPSILON),
  });
  const forward: Forward = (stage, [sound]) => {
    const { flow } = stage;
    // Between the convolutions features are the second axis.
    const smooth = (input: number) => flow.activation('gelu', input, 1);
    const tokens = flow.map('reshape', 'permute', smooth(stage.run('conv2', smooth(stage.run('conv1', sound!)))), ['B', places, width]);
    const fixed = flow.emit({ kind: 'constant', entry: null }, [], [1, places]);
    return [stage.run('layer_norm', stage.run('layers', flow.sum(tokens, stage.run('embed_positions', fixed))))];
  };
  return walked(part, forward, [{ name: 'input_features', sides: ['B', bins, 2 * places], features: 1 }]);
}

function decoder(configuration: Configuration): Part {
  const [width, deviation] = [widthOf(configuration), deviationOf(configuration)];
  const heads = configuration.integer('decoder_attention_heads', 6);
  configuration.divides(width, heads, 'decoder_attention_heads');
  const hidden = configuration.integer('decoder_ffn_dim', 1536);
  const places = configuration.integer('max_target_positions', 448);
  const part = group('decoder', {
    embed_tokens: embedding(configuration.integer('vocab_size', 51_865), width, deviation),
    embed_positions: embedding(places, width, deviation),
    layers: blocks(configuration.integer('decoder_layers', 4), () => block(configuration, hidden, heads, true)),
    layer_norm: layerNorm(width, EPSILON),
  });
  const forward: Forward = (stage, [words, ...context]) => {
    const { flow } = stage;
    const fixed = flow.emit({ kind: 'constant', entry: null }, [], [1, places]);
    const tokens = flow.sum(stage.run('embed_tokens', words!), stage.run('embed_positions', fixed));
    return [stage.run('layer_norm', stage.chain('layers', tokens, ...context))];
  };
  return walked(part, forward, [{ name: 'decoder_input_ids', sides: ['B', places] }]);
}

/** Radford et al. 2023. */
const whisper: ModelRule = configuration =>
  model({ encoder: encoder(configuration), decoder: decoder(configuration) }, (stage, [sound, words]) => [
    stage.run('decoder', words!, stage.run('encoder', sound!)),
  ]);

/** A class with scores for every word; where their matrix is the table of words, it counts there. */
function withScores(configuration: Configuration, inner: Part): Part {
  const vocabulary = configuration.integer('vocab_size', 51_865);
  const isTied = configuration.flag('tie_word_embeddings', true);
  const own = isTied ? undefined : linear(widthOf(configuration), vocabulary, deviationOf(configuration), false);
  return model({ model: inner, proj_out: own }, (stage, inputs) => {
    const tokens = stage.run('model', ...inputs);
    const table = isTied ? 'model.decoder.embed_tokens' : 'proj_out';
    return [stage.flow.linear(table, 'weight', tokens, vocabulary)];
  });
}

/** Whisper (model type `whisper`). */
export const WHISPER: ModelFamily = {
  base: 'WhisperModel',
  classes: {
    WhisperModel: whisper,
    WhisperForConditionalGeneration: configuration => withScores(configuration, whisper(configuration)),
    WhisperForCausalLM: configuration =>
      withScores(
        configuration,
        model({ decoder: decoder(configuration) }, (stage, [words]) => [stage.run('decoder', words!)]),
      ),
    WhisperForAudioClassification: configuration => {
      const [size, deviation] = [configuration.integer('classifier_proj_size', 256), deviationOf(configuration)];
      const weighted = configuration.flag('use_weighted_layer_sum', false);
      return model(
        {
          encoder: encoder(configuration),
          projector: linear(widthOf(configuration), size, deviation),
          classifier: linear(size, configuration.labels, deviation),
        },
        (stage, [sound]) => {
          const { flow } = stage;
          const tokens = stage.run('encoder', sound!);
          const mixed = weighted ? flow.unknown('weighted sum of layers', 'it mixes what every block made', [tokens]) : tokens;
          return [stage.run('classifier', flow.mean(stage.run('projector', mixed)))];
        },
        weighted ? [tensor('layer_weights', configuration.integer('encoder_layers', 4) + 1)] : [],
      );
    },
  },
};
