import type { Configuration } from './configuration';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, embedding, group, layerNorm, linear, matrix, tensor, type Children, type Part } from './parts';

interface Sizes {
  readonly width: number;
  readonly vocabulary: number;
  readonly deviation: number;
}

const sizesOf = (configuration: Configuration): Sizes => ({
  width: configuration.integer('dim', 768),
  vocabulary: configuration.integer('vocab_size', 30_522),
  deviation: initialDeviation(configuration),
});

function block(width: number, hidden: number, deviation: number): Part {
  const project = () => linear(width, width, deviation);
  return group(
    'transformer layer',
    {
      attention: group('attention', { q_lin: project(), k_lin: project(), v_lin: project(), out_lin: project() }, [], 'attention'),
      sa_layer_norm: layerNorm(width),
      ffn: group('feed-forward', { lin1: linear(width, hidden, deviation), lin2: linear(hidden, width, deviation) }),
      output_layer_norm: layerNorm(width),
    },
    [],
    'transformer block',
  );
}

/** Sanh et al. 2019: half of BERT's blocks, without segments and pooler; positions may be sines, which are not learned. */
function encoder(configuration: Configuration): Part {
  const { width, vocabulary, deviation } = sizesOf(configuration);
  const [heads, hidden] = [configuration.integer('n_heads', 12), configuration.integer('hidden_dim', 3072)];
  configuration.divides(width, heads, 'n_heads');
  const sines = configuration.flag('sinusoidal_pos_embds', false);
  return group('encoder', {
    embeddings: group('embeddings', {
      word_embeddings: embedding(vocabulary, width, deviation),
      position_embeddings: embedding(configuration.integer('max_position_embeddings', 512), width, deviation, !sines),
      LayerNorm: layerNorm(width),
    }),
    transformer: group('transformer', {
      layer: blocks(configuration.integer('n_layers', 6), () => block(width, hidden, deviation)),
    }),
  });
}

const withHead =
  (head: (configuration: Configuration, sizes: Sizes) => Children): ModelRule =>
  configuration =>
    group('model', { distilbert: encoder(configuration), ...head(configuration, sizesOf(configuration)) });

/** DistilBERT (model type `distilbert`). */
export const DISTILBERT: ModelFamily = {
  base: 'DistilBertModel',
  classes: {
    DistilBertModel: encoder,
    DistilBertForMaskedLM: withHead((configuration, { width, vocabulary, deviation }) => ({
      vocab_transform: linear(width, width, deviation),
      vocab_layer_norm: layerNorm(width),
      vocab_projector: group(
        'nn.Linear',
        {},
        configuration.flag('tie_word_embeddings', true)
          ? [tensor('bias', vocabulary)]
          : [matrix('weight', [vocabulary, width], deviation), tensor('bias', vocabulary)],
        'linear',
      ),
    })),
    DistilBertForSequenceClassification: withHead((configuration, { width, deviation }) => ({
      pre_classifier: linear(width, width, deviation),
      classifier: linear(width, configuration.labels, deviation),
    })),
    DistilBertForMultipleChoice: withHead((_, { width, deviation }) => ({
      pre_classifier: linear(width, width, deviation),
      classifier: linear(width, 1, deviation),
    })),
    DistilBertForTokenClassification: withHead((configuration, { width, deviation }) => ({
      classifier: linear(width, configuration.labels, deviation),
    })),
    DistilBertForQuestionAnswering: withHead((configuration, { width, deviation }) => ({
      qa_outputs: linear(width, configuration.labels, deviation),
    })),
  },
};
