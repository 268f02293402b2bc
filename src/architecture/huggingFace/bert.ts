import type { Configuration } from './configuration';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, embedding, group, layerNorm, linear, matrix, tensor, type Children, type Part } from './parts';

interface Sizes {
  readonly width: number;
  readonly hidden: number;
  readonly depth: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly positions: number;
  readonly deviation: number;
}

function sizesOf(configuration: Configuration, vocabulary: number): Sizes {
  const width = configuration.integer('hidden_size', 768);
  const heads = configuration.integer('num_attention_heads', 12);
  configuration.divides(width, heads, 'num_attention_heads');
  return {
    width,
    heads,
    hidden: configuration.integer('intermediate_size', 3072),
    depth: configuration.integer('num_hidden_layers', 12),
    vocabulary: configuration.integer('vocab_size', vocabulary),
    positions: configuration.integer('max_position_embeddings', 512),
    deviation: initialDeviation(configuration),
  };
}

function attention({ width, heads, positions, deviation }: Sizes, relative: boolean): Part {
  const project = () => linear(width, width, deviation);
  const distance = relative ? embedding(2 * positions - 1, width / heads, deviation) : undefined;
  const self: Children = { query: project(), key: project(), value: project(), distance_embedding: distance };
  return group('attention', {
    self: group('self-attention', self, [], 'attention'),
    output: group('attention output', { dense: project(), LayerNorm: layerNorm(width) }),
  });
}

function encoderLayer(sizes: Sizes, configuration: Configuration): Part {
  const { width, hidden, deviation } = sizes;
  const relative = configuration.word('position_embedding_type', 'absolute').startsWith('relative_key');
  return group(
    'transformer layer',
    {
      attention: attention(sizes, relative),
      crossattention: configuration.flag('add_cross_attention', false) ? attention(sizes, relative) : undefined,
      intermediate: group('intermediate', { dense: linear(width, hidden, deviation) }),
      output: group('output', { dense: linear(hidden, width, deviation), LayerNorm: layerNorm(width) }),
    },
    [],
    'transformer block',
  );
}

/** Devlin et al. 2019: embeddings of words, positions and segments, a stack of post-norm blocks, and a pooler over the first token. */
function encoder(configuration: Configuration, vocabulary: number, pooled: boolean): Part {
  const sizes = sizesOf(configuration, vocabulary);
  const { width, deviation } = sizes;
  return group('encoder', {
    embeddings: group('embeddings', {
      word_embeddings: embedding(sizes.vocabulary, width, deviation),
      position_embeddings: embedding(sizes.positions, width, deviation),
      token_type_embeddings: embedding(configuration.integer('type_vocab_size', 2), width, deviation),
      LayerNorm: layerNorm(width),
    }),
    encoder: group('encoder', { layer: blocks(sizes.depth, () => encoderLayer(sizes, configuration)) }),
    pooler: pooled ? group('pooler', { dense: linear(width, width, deviation) }) : undefined,
  });
}

/** A class of a family: the encoder under its prefix with further modules on top. */
type Head = (configuration: Configuration, sizes: Sizes) => Children;

const family = (prefix: string, vocabulary: number) => ({
  model: (configuration: Configuration) => encoder(configuration, vocabulary, true),
  withHead:
    (pooled: boolean, head: Head): ModelRule =>
    configuration =>
      group('model', {
        [prefix]: encoder(configuration, vocabulary, pooled),
        ...head(configuration, sizesOf(configuration, vocabulary)),
      }),
});

const labels: Head = (configuration, { width, deviation }) => ({ classifier: linear(width, configuration.labels, deviation) });
const choice: Head = (_, { width, deviation }) => ({ classifier: linear(width, 1, deviation) });
const span: Head = (configuration, { width, deviation }) => ({ qa_outputs: linear(width, configuration.labels, deviation) });

/** Scores for every word; their matrix is the word embeddings unless that is switched off, and counts there. */
function decoder(configuration: Configuration, { vocabulary, width, deviation }: Sizes): Part | undefined {
  if (configuration.flag('tie_word_embeddings', true)) return undefined;
  return group('nn.Linear', {}, [matrix('weight', [vocabulary, width], deviation)], 'linear');
}

const bertPredictions = (configuration: Configuration, sizes: Sizes): Part =>
  group(
    'predictions',
    {
      transform: group('transform', { dense: linear(sizes.width, sizes.width, sizes.deviation), LayerNorm: layerNorm(sizes.width) }),
      decoder: decoder(configuration, sizes),
    },
    [tensor('bias', sizes.vocabulary)],
  );

const nextSentence = ({ width, deviation }: Sizes): Part => linear(width, 2, deviation);
const masked: Head = (configuration, sizes) => ({ cls: group('heads', { predictions: bertPredictions(configuration, sizes) }) });

const bert = family('bert', 30_522);

/** BERT (model type `bert`). */
export const BERT: ModelFamily = {
  base: 'BertModel',
  classes: {
    BertModel: bert.model,
    BertForMaskedLM: bert.withHead(false, masked),
    BertLMHeadModel: bert.withHead(false, masked),
    BertForPreTraining: bert.withHead(true, (configuration, sizes) => ({
      cls: group('heads', { predictions: bertPredictions(configuration, sizes), seq_relationship: nextSentence(sizes) }),
    })),
    BertForNextSentencePrediction: bert.withHead(true, (_, sizes) => ({ cls: group('heads', { seq_relationship: nextSentence(sizes) }) })),
    BertForSequenceClassification: bert.withHead(true, labels),
    BertForMultipleChoice: bert.withHead(true, choice),
    BertForTokenClassification: bert.withHead(false, labels),
    BertForQuestionAnswering: bert.withHead(false, span),
  },
};

const robertaWords: Head = (configuration, sizes) => ({
  lm_head: group(
    'predictions',
    {
      dense: linear(sizes.width, sizes.width, sizes.deviation),
      layer_norm: layerNorm(sizes.width),
      decoder: decoder(configuration, sizes),
    },
    [tensor('bias', sizes.vocabulary)],
  ),
});

const robertaLabels: Head = (configuration, { width, deviation }) => ({
  classifier: group('classifier', { dense: linear(width, width, deviation), out_proj: linear(width, configuration.labels, deviation) }),
});

const roberta = family('roberta', 50_265);

/** RoBERTa (model type `roberta`): BERT's encoder with other heads. */
export const ROBERTA: ModelFamily = {
  base: 'RobertaModel',
  classes: {
    RobertaModel: roberta.model,
    RobertaForMaskedLM: roberta.withHead(false, robertaWords),
    RobertaForCausalLM: roberta.withHead(false, robertaWords),
    RobertaForSequenceClassification: roberta.withHead(false, robertaLabels),
    RobertaForMultipleChoice: roberta.withHead(true, choice),
    RobertaForTokenClassification: roberta.withHead(false, labels),
    RobertaForQuestionAnswering: roberta.withHead(false, span),
  },
};
