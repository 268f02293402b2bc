import type { Configuration } from './configuration';
import { ConfigurationProblem } from './configuration';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, convolution, group, layerNorm, linear, matrix, tensor, type Children, type Part } from './parts';

const WIDTHS = [512, 512, 512, 512, 512, 512, 512];
const KERNELS = [10, 3, 3, 3, 3, 2, 2];

const widthOf = (configuration: Configuration): number => configuration.integer('hidden_size', 768);

/** Standard deviation of He's normal initialiser, which the convolutions use (He et al. 2015). */
const heDeviation = (fanIn: number): number => Math.sqrt(2 / fanIn);

/** Convolutions over the waveform; each is normalised, or only the first. */
function featureExtractor(configuration: Configuration): Part {
  const [widths, kernels] = [configuration.list('conv_dim', WIDTHS), configuration.list('conv_kernel', KERNELS)];
  const norm = configuration.word('feat_extract_norm', 'group');
  if (widths.length !== kernels.length)
    throw new ConfigurationProblem('conv_kernel', 'conv_dim and conv_kernel name different numbers of layers');
  if (norm !== 'group' && norm !== 'layer') throw new ConfigurationProblem('feat_extract_norm', `feat_extract_norm ${norm} is not known`);
  const bias = configuration.flag('conv_bias', false);
  const layers = blocks(widths.length, index => {
    const [inputs, outputs, kernel] = [index === 0 ? 1 : widths[index - 1]!, widths[index]!, kernels[index]!];
    return group('convolution layer', {
      conv: convolution(inputs, outputs, [kernel], heDeviation(inputs * kernel), bias),
      layer_norm: norm === 'layer' || index === 0 ? layerNorm(outputs) : undefined,
    });
  });
  return group('feature extractor', { conv_layers: layers });
}

/** Places as a grouped convolution whose weight is a direction and a length for each place of its kernel. */
function positions(configuration: Configuration): Part {
  const [width, kernel] = [widthOf(configuration), configuration.integer('num_conv_pos_embeddings', 128)];
  const groups = configuration.integer('num_conv_pos_embedding_groups', 16);
  configuration.divides(width, groups, 'num_conv_pos_embedding_groups');
  const deviation = 2 / Math.sqrt(kernel * width);
  const weight = group(
    'weight norm',
    {},
    [tensor('original0', 1, 1, kernel), matrix('original1', [width, width / groups, kernel], deviation)],
    'other',
  );
  const conv = group('nn.Conv1d', { parametrizations: group('parametrizations', { weight }) }, [tensor('bias', width)], 'convolution');
  return group('positions', { conv });
}

function block(configuration: Configuration): Part {
  const [width, deviation] = [widthOf(configuration), initialDeviation(configuration)];
  const hidden = configuration.integer('intermediate_size', 3072);
  const project = () => linear(width, width, deviation);
  const attention = { k_proj: project(), v_proj: project(), q_proj: project(), out_proj: project() };
  return group(
    'transformer layer',
    {
      attention: group('attention', attention, [], 'attention'),
      layer_norm: layerNorm(width),
      feed_forward: group('feed-forward', {
        intermediate_dense: linear(width, hidden, deviation),
        output_dense: linear(hidden, width, deviation),
      }),
      final_layer_norm: layerNorm(width),
    },
    [],
    'transformer block',
  );
}

/** Baevski et al. 2020. */
const wav2vec2: ModelRule = configuration => {
  configuration.without('add_adapter', 'adapters are not followed');
  configuration.without('adapter_attn_dim', 'adapters are not followed');
  const width = widthOf(configuration);
  configuration.divides(width, configuration.integer('num_attention_heads', 12), 'num_attention_heads');
  const features = configuration.list('conv_dim', WIDTHS).at(-1) ?? 0;
  const masks = configuration.number('mask_time_prob', 0.05) > 0 || configuration.number('mask_feature_prob', 0) > 0;
  return group(
    'model',
    {
      feature_extractor: featureExtractor(configuration),
      feature_projection: group('feature projection', {
        layer_norm: layerNorm(features),
        projection: linear(features, width, Math.sqrt(1 / (3 * features))),
      }),
      encoder: group('encoder', {
        pos_conv_embed: positions(configuration),
        layer_norm: layerNorm(width),
        layers: blocks(configuration.integer('num_hidden_layers', 12), () => block(configuration)),
      }),
    },
    masks ? [tensor('masked_spec_embed', width)] : [],
  );
};

/** A class with a head over the blocks' outputs, mixed by learned weights where that is switched on. */
const withHead =
  (head: (configuration: Configuration, width: number, deviation: number) => Children): ModelRule =>
  configuration => {
    const weighted = configuration.flag('use_weighted_layer_sum', false);
    const weights = weighted ? [tensor('layer_weights', configuration.integer('num_hidden_layers', 12) + 1)] : [];
    const own = head(configuration, widthOf(configuration), initialDeviation(configuration));
    return group('model', { wav2vec2: wav2vec2(configuration), ...own }, 'lm_head' in own ? [] : weights);
  };

/** Targets of the contrastive objective: groups of code vectors. */
const pretraining: ModelRule = configuration => {
  const [width, deviation] = [widthOf(configuration), initialDeviation(configuration)];
  const groups = configuration.integer('num_codevector_groups', 2);
  const codes = configuration.integer('num_codevectors_per_group', 320);
  const [size, shared] = [configuration.integer('codevector_dim', 256), configuration.integer('proj_codevector_dim', 256)];
  configuration.divides(size, groups, 'num_codevector_groups');
  const features = configuration.list('conv_dim', WIDTHS).at(-1) ?? 0;
  return group('model', {
    wav2vec2: wav2vec2(configuration),
    quantizer: group('quantizer', { weight_proj: linear(features, groups * codes, 1) }, [
      tensor('codevectors', 1, groups * codes, size / groups),
    ]),
    project_hid: linear(width, shared, deviation),
    project_q: linear(size, shared, deviation),
  });
};

/** wav2vec 2.0 (model type `wav2vec2`). */
export const WAV2VEC2: ModelFamily = {
  base: 'Wav2Vec2Model',
  classes: {
    Wav2Vec2Model: wav2vec2,
    Wav2Vec2ForPreTraining: pretraining,
    Wav2Vec2ForCTC: withHead((configuration, width, deviation) => ({
      lm_head: linear(width, configuration.integer('vocab_size', 32), deviation),
    })),
    Wav2Vec2ForSequenceClassification: withHead((configuration, width, deviation) => {
      const size = configuration.integer('classifier_proj_size', 256);
      return { projector: linear(width, size, deviation), classifier: linear(size, configuration.labels, deviation) };
    }),
    Wav2Vec2ForAudioFrameClassification: withHead((configuration, width, deviation) => ({
      classifier: linear(width, configuration.labels, deviation),
    })),
  },
};
