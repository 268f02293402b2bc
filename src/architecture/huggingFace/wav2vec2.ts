import { ISOMETRY } from '../composition';
import { projected } from './attention';
import type { Configuration } from './configuration';
import type { Stage } from './flow';
import { ConfigurationProblem } from './configuration';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, convolution, group, layerNorm, linear, matrix, model, tensor, walked, type Children, type Part } from './parts';

const WIDTHS = [512, 512, 512, 512, 512, 512, 512];
const KERNELS = [10, 3, 3, 3, 3, 2, 2];
const STRIDES = [5, 2, 2, 2, 2, 2, 2];

/** What the norms of the convolutions divide by, whatever the configuration says. */
const EPSILON = 1e-5;

const epsilonOf = (configuration: Configuration): number => configuration.number('layer_norm_eps', 1e-5);
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
  const strides = configuration.list('conv_stride', STRIDES);
  if (strides.length !== widths.length)
    throw new ConfigurationProblem('conv_stride', 'conv_dim and conv_stride name different numbers of layers');
  const activation = configuration.word('feat_extract_activation', 'gelu');
  const layers = blocks(widths.length, index => {
    const [inputs, outputs, kernel] = [index === 0 ? 1 : widths[index - 1]!, widths[index]!, kernels[index]!];
    const part = group('convolution layer', {
      conv: convolution(inputs, outputs, [kernel], heDeviation(inputs * kernel), { bias, stride: [strides[index]!] }),
      layer_norm: norm === 'layer' || index === 0 ? layerNorm(outputs, EPSILON) : undefined,
    });
    return walked(part, (stage, [sound]) => {
      const { flow } = stage;
      const made = stage.run('conv', sound!);
      const over = norm === 'layer' ? ({ over: 'rows', size: outputs } as const) : ({ over: 'sample', size: null } as const);
      const path = stage.at('layer_norm');
      const normed = stage.has('layer_norm')
        ? flow.emit({ kind: 'normalisation', path, epsilon: EPSILON, ...over }, [made], flow.sides(made), 1)
        : made;
      return [flow.activation(activation, normed, 1)];
    });
  });
  return walked(group('feature extractor', { conv_layers: layers }), (stage, [sound]) => [stage.run('conv_layers', sound!)]);
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
  return walked(group('positions', { conv }), (stage, [tokens]) => [
    stage.flow.unknown('weight norm', 'how weight norm bounds this convolution is not followed', [tokens!]),
  ]);
}

/** Norms come before attention and the feed-forward net where `do_stable_layer_norm` says so, else behind each sum. */
function block(configuration: Configuration): Part {
  const [width, deviation] = [widthOf(configuration), initialDeviation(configuration)];
  const [hidden, heads] = [configuration.integer('intermediate_size', 3072), configuration.integer('num_attention_heads', 12)];
  const activation = configuration.word('hidden_act', 'gelu');
  const project = () => linear(width, width, deviation);
  const attention = { k_proj: project(), v_proj: project(), q_proj: project(), out_proj: project() };
  const part = group(
    'transformer layer',
    {
      attention: walked(group('attention', attention, [], 'attention'), (stage, [tokens]) => [
        stage.run('out_proj', projected(stage, tokens!, ['q_proj', 'k_proj', 'v_proj'], { heads, size: width / heads })),
      ]),
      layer_norm: layerNorm(width, epsilonOf(configuration)),
      feed_forward: walked(
        group('feed-forward', {
          intermediate_dense: linear(width, hidden, deviation),
          output_dense: linear(hidden, width, deviation),
        }),
        (stage, [tokens]) => [stage.run('output_dense', stage.flow.activation(activation, stage.run('intermediate_dense', tokens!)))],
      ),
      final_layer_norm: layerNorm(width, epsilonOf(configuration)),
    },
    [],
    'transformer block',
  );
  const isPreNorm = configuration.flag('do_stable_layer_norm', false);
  return walked(part, (stage, [input]) => {
    const { flow } = stage;
    if (isPreNorm) {
      const middle = flow.sum(stage.run('attention', stage.run('layer_norm', input!)), input!);
      return [flow.sum(stage.run('feed_forward', stage.run('final_layer_norm', middle)), middle)];
    }
    const middle = stage.run('layer_norm', flow.sum(stage.run('attention', input!), input!));
    return [stage.run('final_layer_norm', flow.sum(stage.run('feed_forward', middle), middle))];
  });
}

/** Places by a convolution, then the blocks, with one norm before or behind them. */
function encoder(configuration: Configuration): Part {
  const isPreNorm = configuration.flag('do_stable_layer_norm', false);
  const part = group('encoder', {
    pos_conv_embed: positions(configuration),
    layer_norm: layerNorm(widthOf(configuration), epsilonOf(configuration)),
    layers: blocks(configuration.integer('num_hidden_layers', 12), () => block(configuration)),
  });
  return walked(part, (stage, [tokens]) => {
    const placed = stage.flow.sum(tokens!, stage.run('pos_conv_embed', tokens!));
    return [isPreNorm ? stage.run('layer_norm', stage.run('layers', placed)) : stage.run('layers', stage.run('layer_norm', placed))];
  });
}

/** Baevski et al. 2020. Results are the tokens and the normed features that they were made of. */
const wav2vec2: ModelRule = configuration => {
  configuration.without('add_adapter', 'adapters are not followed');
  configuration.without('adapter_attn_dim', 'adapters are not followed');
  const width = widthOf(configuration);
  configuration.divides(width, configuration.integer('num_attention_heads', 12), 'num_attention_heads');
  const features = configuration.list('conv_dim', WIDTHS).at(-1) ?? 0;
  const masks = configuration.number('mask_time_prob', 0.05) > 0 || configuration.number('mask_feature_prob', 0) > 0;
  const part = group(
    'model',
    {
      feature_extractor: featureExtractor(configuration),
      feature_projection: group('feature projection', {
        layer_norm: layerNorm(features, epsilonOf(configuration)),
        projection: linear(features, width, Math.sqrt(1 / (3 * features))),
      }),
      encoder: encoder(configuration),
    },
    masks ? [tensor('masked_spec_embed', width)] : [],
  );
  return walked(
    part,
    (stage, [sound]) => {
      const { flow } = stage;
      const waves = flow.emit({ kind: 'reshape', name: 'unsqueeze', gain: ISOMETRY }, [sound!], ['B', 1, null], 1);
      const made = stage.run('feature_extractor', waves);
      const tokens = flow.map('reshape', 'transpose', made, ['B', flow.sides(made)[2]!, features]);
      const normed = stage.run('feature_projection.layer_norm', tokens);
      return [stage.run('encoder', stage.run('feature_projection.projection', normed)), normed];
    },
    [{ name: 'input_values', sides: ['B', null] }],
  );
};

/** A class with a head over the blocks' outputs, mixed by learned weights where that is switched on. */
const withHead =
  (
    head: (configuration: Configuration, width: number, deviation: number) => Children,
    forward: (stage: Stage, tokens: number) => number,
  ): ModelRule =>
  configuration => {
    const weighted = configuration.flag('use_weighted_layer_sum', false);
    const weights = weighted ? [tensor('layer_weights', configuration.integer('num_hidden_layers', 12) + 1)] : [];
    const own = head(configuration, widthOf(configuration), initialDeviation(configuration));
    const isMixed = weighted && !('lm_head' in own);
    return model(
      { wav2vec2: wav2vec2(configuration), ...own },
      (stage, [sound]) => {
        const tokens = stage.run('wav2vec2', sound!);
        const mixed = isMixed ? stage.flow.unknown('weighted sum of layers', 'it mixes what every block made', [tokens]) : tokens;
        return [forward(stage, mixed)];
      },
      isMixed ? weights : [],
    );
  };

/** Targets of the contrastive objective: groups of code vectors. */
const pretraining: ModelRule = configuration => {
  const [width, deviation] = [widthOf(configuration), initialDeviation(configuration)];
  const groups = configuration.integer('num_codevector_groups', 2);
  const codes = configuration.integer('num_codevectors_per_group', 320);
  const [size, shared] = [configuration.integer('codevector_dim', 256), configuration.integer('proj_codevector_dim', 256)];
  configuration.divides(size, groups, 'num_codevector_groups');
  const features = configuration.list('conv_dim', WIDTHS).at(-1) ?? 0;
  const parts = {
    wav2vec2: wav2vec2(configuration),
    quantizer: group('quantizer', { weight_proj: linear(features, groups * codes, 1) }, [
      tensor('codevectors', 1, groups * codes, size / groups),
    ]),
    project_hid: linear(width, shared, deviation),
    project_q: linear(size, shared, deviation),
  };
  return model(parts, (stage, [sound]) => {
    const [tokens = 0, normed = 0] = stage.all('wav2vec2', sound!);
    const quantised = stage.flow.unknown(
      'quantizer',
      'which code vectors it takes jumps with the input',
      [normed],
      [...stage.flow.sides(normed).slice(0, -1), size],
    );
    return [stage.run('project_hid', tokens), stage.run('project_q', quantised)];
  });
};

/** wav2vec 2.0 (model type `wav2vec2`). */
export const WAV2VEC2: ModelFamily = {
  base: 'Wav2Vec2Model',
  classes: {
    Wav2Vec2Model: wav2vec2,
    Wav2Vec2ForPreTraining: pretraining,
    Wav2Vec2ForCTC: withHead(
      (configuration, width, deviation) => ({ lm_head: linear(width, configuration.integer('vocab_size', 32), deviation) }),
      (stage, tokens) => stage.run('lm_head', tokens),
    ),
    Wav2Vec2ForSequenceClassification: withHead(
      (configuration, width, deviation) => {
        const size = configuration.integer('classifier_proj_size', 256);
        return { projector: linear(width, size, deviation), classifier: linear(size, configuration.labels, deviation) };
      },
      (stage, tokens) => stage.run('classifier', stage.flow.mean(stage.run('projector', tokens))),
    ),
    Wav2Vec2ForAudioFrameClassification: withHead(
      (configuration, width, deviation) => ({ classifier: linear(width, configuration.labels, deviation) }),
      (stage, tokens) => stage.run('classifier', tokens),
    ),
  },
};
