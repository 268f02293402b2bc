import { projected } from './attention';
import { choices, startAndEnd } from './heads';
import type { Configuration } from './configuration';
import type { Forward, Stage } from './flow';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, embedding, group, layerNorm, linear, matrix, model, walked, zeros, type Children, type Part } from './parts';

interface Sizes {
  readonly width: number;
  readonly hidden: number;
  readonly depth: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly positions: number;
  readonly deviation: number;
  readonly epsilon: number;
  /** Name of the non-linearity. */
  readonly activation: string;
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
    epsilon: configuration.number('layer_norm_eps', 1e-12),
    activation: configuration.word('hidden_act', 'gelu'),
  };
}

function attention({ width, heads, positions, deviation, epsilon }: Sizes, relative: boolean): Part {
  const project = () => linear(width, width, deviation);
  const distance = relative ? embedding(2 * positions - 1, width / heads, deviation) : undefined;
  const self: Children = { query: project(), key: project(), value: project(), distance_embedding: distance };
  const attends = (stage: Stage, input: number): number =>
    relative
      ? stage.flow.unknown('relative positions', 'scores that depend on queries and distances are not followed', [input])
      : projected(stage, input, ['query', 'key', 'value'], { heads, size: width / heads });
  return walked(
    group('attention', {
      self: walked(group('self-attention', self, [], 'attention'), (stage, [input]) => [attends(stage, input!)]),
      output: group('attention output', { dense: project(), LayerNorm: layerNorm(width, epsilon) }),
    }),
    (stage, [input]) => {
      const mixed = stage.run('output.dense', stage.run('self', input!));
      return [stage.run('output.LayerNorm', stage.flow.sum(mixed, input!))];
    },
  );
}

function encoderLayer(sizes: Sizes, configuration: Configuration): Part {
  const { width, hidden, deviation, epsilon, activation } = sizes;
  const relative = configuration.word('position_embedding_type', 'absolute').startsWith('relative_key');
  const part = group(
    'transformer layer',
    {
      attention: attention(sizes, relative),
      crossattention: configuration.flag('add_cross_attention', false) ? attention(sizes, relative) : undefined,
      intermediate: group('intermediate', { dense: linear(width, hidden, deviation) }),
      output: group('output', { dense: linear(hidden, width, deviation), LayerNorm: layerNorm(width, epsilon) }),
    },
    [],
    'transformer block',
  );
  return walked(part, (stage, [input]) => {
    const { flow } = stage;
    const mixed = stage.run('attention', input!);
    const wide = flow.activation(activation, stage.run('intermediate.dense', mixed));
    return [stage.run('output.LayerNorm', flow.sum(stage.run('output.dense', wide), mixed))];
  });
}

/** Words, positions and segments of every token, added up. */
function embeddings({ vocabulary, positions, width, deviation, epsilon }: Sizes, segments: number, absolute: boolean): Part {
  const part = group('embeddings', {
    word_embeddings: embedding(vocabulary, width, deviation),
    position_embeddings: embedding(positions, width, deviation),
    token_type_embeddings: embedding(segments, width, deviation),
    LayerNorm: layerNorm(width, epsilon),
  });
  return walked(part, (stage, [words]) => {
    const { flow } = stage;
    const [, tokens] = flow.sides(words!);
    const fixed = () => flow.emit({ kind: 'constant', entry: null }, [], [1, tokens!]);
    const both = flow.sum(stage.run('word_embeddings', words!), stage.run('token_type_embeddings', fixed()));
    return [stage.run('LayerNorm', absolute ? flow.sum(both, stage.run('position_embeddings', fixed())) : both)];
  });
}

/**
 * Devlin et al. 2019: embeddings of words, positions and segments, a stack of post-norm blocks, and a pooler over the first token. Results are the tokens
 * and what the pooler makes of them; `reserved` places of the table of positions are never used.
 */
function encoder(configuration: Configuration, { vocabulary, reserved }: Defaults, pooled: boolean): Part {
  const sizes = sizesOf(configuration, vocabulary);
  const { width, deviation } = sizes;
  const absolute = configuration.word('position_embedding_type', 'absolute') === 'absolute';
  const part = group('encoder', {
    embeddings: embeddings(sizes, configuration.integer('type_vocab_size', 2), absolute),
    encoder: group('encoder', { layer: blocks(sizes.depth, () => encoderLayer(sizes, configuration)) }),
    pooler: pooled ? group('pooler', { dense: linear(width, width, deviation) }) : undefined,
  });
  const forward: Forward = (stage, [words]) => {
    const { flow } = stage;
    const tokens = stage.run('encoder.layer', stage.run('embeddings', words!));
    return pooled ? [tokens, flow.activation('tanh', stage.run('pooler.dense', flow.row(tokens)))] : [tokens];
  };
  return walked(part, forward, [{ name: 'input_ids', sides: ['B', Math.max(1, sizes.positions - reserved)] }]);
}

/** What a class adds: modules, and how they make results of the tokens and of what the pooler made of them. */
interface Head {
  readonly parts: (configuration: Configuration, sizes: Sizes) => Children;
  readonly forward: (stage: Stage, tokens: number, pooled: number, sizes: Sizes) => readonly number[];
}

interface Defaults {
  readonly vocabulary: number;
  readonly reserved: number;
}

const family = (prefix: string, defaults: Defaults) => ({
  model: (configuration: Configuration) => encoder(configuration, defaults, true),
  withHead:
    (pooled: boolean, head: Head): ModelRule =>
    configuration => {
      const sizes = sizesOf(configuration, defaults.vocabulary);
      return model({ [prefix]: encoder(configuration, defaults, pooled), ...head.parts(configuration, sizes) }, (stage, inputs) => {
        const [tokens = 0, first = tokens] = stage.all(prefix, ...inputs);
        return head.forward(stage, tokens, first, sizes);
      });
    },
});

const labels: Head = {
  parts: (configuration, { width, deviation }) => ({ classifier: linear(width, configuration.labels, deviation) }),
  forward: (stage, _, pooled) => [stage.run('classifier', pooled)],
};
const tokenLabels: Head = { ...labels, forward: (stage, tokens) => [stage.run('classifier', tokens)] };
const choice: Head = {
  parts: (_, { width, deviation }) => ({ classifier: linear(width, 1, deviation) }),
  forward: choices,
};
const span: Head = {
  parts: (configuration, { width, deviation }) => ({ qa_outputs: linear(width, configuration.labels, deviation) }),
  forward: (stage, tokens) => startAndEnd(stage, stage.run('qa_outputs', tokens)),
};

/** Scores for every word; their matrix is the word embeddings unless that is switched off, and counts there. */
function decoder(configuration: Configuration, { vocabulary, width, deviation }: Sizes): Part | undefined {
  if (configuration.flag('tie_word_embeddings', true)) return undefined;
  return group('nn.Linear', {}, [matrix('weight', [vocabulary, width], deviation)], 'linear');
}

/** Scores for every word from a transformed token, with the table of `prefix` where it is shared. */
function scores(stage: Stage, prefix: string, input: number, vocabulary: number): number {
  const table = stage.has('decoder') ? stage.at('decoder') : `${prefix}.embeddings.word_embeddings`;
  return stage.flow.shifted(stage.flow.linear(table, 'weight', input, vocabulary), stage.at('bias'), vocabulary);
}

function bertPredictions(configuration: Configuration, sizes: Sizes): Part {
  const { width, deviation, epsilon, vocabulary, activation } = sizes;
  const part = group(
    'predictions',
    {
      transform: group('transform', { dense: linear(width, width, deviation), LayerNorm: layerNorm(width, epsilon) }),
      decoder: decoder(configuration, sizes),
    },
    [zeros('bias', vocabulary)],
  );
  return walked(part, (stage, [tokens]) => {
    const transformed = stage.flow.activation(activation, stage.run('transform.dense', tokens!));
    return [scores(stage, 'bert', stage.run('transform.LayerNorm', transformed), vocabulary)];
  });
}

const nextSentence = ({ width, deviation }: Sizes): Part => linear(width, 2, deviation);

const masked: Head = {
  parts: (configuration, sizes) => ({ cls: group('heads', { predictions: bertPredictions(configuration, sizes) }) }),
  forward: (stage, tokens) => [stage.run('cls.predictions', tokens)],
};
const nextHead: Head = {
  parts: (_, sizes) => ({ cls: group('heads', { seq_relationship: nextSentence(sizes) }) }),
  forward: (stage, _, pooled) => [stage.run('cls.seq_relationship', pooled)],
};
const pretraining: Head = {
  parts: (configuration, sizes) => ({
    cls: group('heads', { predictions: bertPredictions(configuration, sizes), seq_relationship: nextSentence(sizes) }),
  }),
  forward: (stage, tokens, pooled) => [stage.run('cls.predictions', tokens), stage.run('cls.seq_relationship', pooled)],
};

const bert = family('bert', { vocabulary: 30_522, reserved: 0 });

/** BERT (model type `bert`). */
export const BERT: ModelFamily = {
  base: 'BertModel',
  classes: {
    BertModel: bert.model,
    BertForMaskedLM: bert.withHead(false, masked),
    BertLMHeadModel: bert.withHead(false, masked),
    BertForPreTraining: bert.withHead(true, pretraining),
    BertForNextSentencePrediction: bert.withHead(true, nextHead),
    BertForSequenceClassification: bert.withHead(true, labels),
    BertForMultipleChoice: bert.withHead(true, choice),
    BertForTokenClassification: bert.withHead(false, tokenLabels),
    BertForQuestionAnswering: bert.withHead(false, span),
  },
};

const robertaWords: Head = {
  parts: (configuration, sizes) => ({
    lm_head: walked(
      group(
        'predictions',
        {
          dense: linear(sizes.width, sizes.width, sizes.deviation),
          layer_norm: layerNorm(sizes.width, sizes.epsilon),
          decoder: decoder(configuration, sizes),
        },
        [zeros('bias', sizes.vocabulary)],
      ),
      (stage, [tokens]) => {
        const transformed = stage.run('layer_norm', stage.flow.activation('gelu', stage.run('dense', tokens!)));
        return [scores(stage, 'roberta', transformed, sizes.vocabulary)];
      },
    ),
  }),
  forward: (stage, tokens) => [stage.run('lm_head', tokens)],
};

const robertaLabels: Head = {
  parts: (configuration, { width, deviation }) => ({
    classifier: group('classifier', { dense: linear(width, width, deviation), out_proj: linear(width, configuration.labels, deviation) }),
  }),
  forward: (stage, tokens) => {
    const { flow } = stage;
    return [stage.run('classifier.out_proj', flow.activation('tanh', stage.run('classifier.dense', flow.row(tokens))))];
  },
};

/** Places count from behind the padding word, so that two of the table are left over. */
const roberta = family('roberta', { vocabulary: 50_265, reserved: 2 });

/** RoBERTa (model type `roberta`): BERT's encoder with other heads. */
export const ROBERTA: ModelFamily = {
  base: 'RobertaModel',
  classes: {
    RobertaModel: roberta.model,
    RobertaForMaskedLM: roberta.withHead(false, robertaWords),
    RobertaForCausalLM: roberta.withHead(false, robertaWords),
    RobertaForSequenceClassification: roberta.withHead(false, robertaLabels),
    RobertaForMultipleChoice: roberta.withHead(true, choice),
    RobertaForTokenClassification: roberta.withHead(false, tokenLabels),
    RobertaForQuestionAnswering: roberta.withHead(false, span),
  },
};
