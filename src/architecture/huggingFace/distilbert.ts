import { projected } from './attention';
import type { Configuration } from './configuration';
import type { Stage } from './flow';
import { choices, startAndEnd } from './heads';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, embedding, group, layerNorm, linear, matrix, model, walked, zeros, type Children, type Part } from './parts';

interface Sizes {
  readonly width: number;
  readonly hidden: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly deviation: number;
  readonly activation: string;
  /** Whether scores of words are made with the table of words. */
  readonly isTied: boolean;
}

function sizesOf(configuration: Configuration): Sizes {
  const [width, heads] = [configuration.integer('dim', 768), configuration.integer('n_heads', 12)];
  configuration.divides(width, heads, 'n_heads');
  return {
    width,
    heads,
    hidden: configuration.integer('hidden_dim', 3072),
    vocabulary: configuration.integer('vocab_size', 30_522),
    deviation: initialDeviation(configuration),
    activation: configuration.word('activation', 'gelu'),
    isTied: configuration.flag('tie_word_embeddings', true),
  };
}

/** What the library divides by in every norm, whatever the configuration says. */
const EPSILON = 1e-12;

function block({ width, hidden, heads, deviation, activation }: Sizes): Part {
  const project = () => linear(width, width, deviation);
  const attention = { q_lin: project(), k_lin: project(), v_lin: project(), out_lin: project() };
  const part = group(
    'transformer layer',
    {
      attention: walked(group('attention', attention, [], 'attention'), (stage, [tokens]) => [
        stage.run('out_lin', projected(stage, tokens!, ['q_lin', 'k_lin', 'v_lin'], { heads, size: width / heads })),
      ]),
      sa_layer_norm: layerNorm(width, EPSILON),
      ffn: walked(
        group('feed-forward', { lin1: linear(width, hidden, deviation), lin2: linear(hidden, width, deviation) }),
        (stage, [tokens]) => [stage.run('lin2', stage.flow.activation(activation, stage.run('lin1', tokens!)))],
      ),
      output_layer_norm: layerNorm(width, EPSILON),
    },
    [],
    'transformer block',
  );
  return walked(part, (stage, [input]) => {
    const { flow } = stage;
    const mixed = stage.run('sa_layer_norm', flow.sum(stage.run('attention', input!), input!));
    return [stage.run('output_layer_norm', flow.sum(stage.run('ffn', mixed), mixed))];
  });
}

/** Sanh et al. 2019: half of BERT's blocks, without segments and pooler; positions may be sines, which are not learned. */
function encoder(configuration: Configuration): Part {
  const sizes = sizesOf(configuration);
  const { width, vocabulary, deviation } = sizes;
  const sines = configuration.flag('sinusoidal_pos_embds', false);
  const places = configuration.integer('max_position_embeddings', 512);
  const embeddings = group('embeddings', {
    word_embeddings: embedding(vocabulary, width, deviation),
    position_embeddings: embedding(places, width, deviation, !sines),
    LayerNorm: layerNorm(width, EPSILON),
  });
  const part = group('encoder', {
    embeddings: walked(embeddings, (stage, [words]) => {
      const { flow } = stage;
      const fixed = flow.emit({ kind: 'constant', entry: null }, [], [1, ...flow.sides(words!).slice(1)]);
      const both = flow.sum(stage.run('word_embeddings', words!), stage.run('position_embeddings', fixed));
      return [stage.run('LayerNorm', both)];
    }),
    transformer: group('transformer', { layer: blocks(configuration.integer('n_layers', 6), () => block(sizes)) }),
  });
  return walked(part, (stage, [words]) => [stage.run('transformer.layer', stage.run('embeddings', words!))], [
    { name: 'input_ids', sides: ['B', places] },
  ]);
}

const withHead =
  (
    head: (configuration: Configuration, sizes: Sizes) => Children,
    forward: (stage: Stage, tokens: number, sizes: Sizes) => readonly number[],
  ): ModelRule =>
  configuration => {
    const sizes = sizesOf(configuration);
    return model({ distilbert: encoder(configuration), ...head(configuration, sizes) }, (stage, [words]) =>
      forward(stage, stage.run('distilbert', words!), sizes),
    );
  };

/** The first token behind one more layer, which is rectified. */
const firstRow = (stage: Stage, tokens: number): number =>
  stage.flow.activation('relu', stage.run('pre_classifier', stage.flow.row(tokens)));

const withClassifier = (outputs: (configuration: Configuration) => number, forward: (stage: Stage, row: number) => readonly number[]) =>
  withHead(
    (configuration, { width, deviation }) => ({
      pre_classifier: linear(width, width, deviation),
      classifier: linear(width, outputs(configuration), deviation),
    }),
    (stage, tokens) => forward(stage, firstRow(stage, tokens)),
  );

/** DistilBERT (model type `distilbert`). */
export const DISTILBERT: ModelFamily = {
  base: 'DistilBertModel',
  classes: {
    DistilBertModel: encoder,
    DistilBertForMaskedLM: withHead(
      (_, { width, vocabulary, deviation, isTied }) => ({
        vocab_transform: linear(width, width, deviation),
        vocab_layer_norm: layerNorm(width, EPSILON),
        vocab_projector: group(
          'nn.Linear',
          {},
          isTied ? [zeros('bias', vocabulary)] : [matrix('weight', [vocabulary, width], deviation), zeros('bias', vocabulary)],
          'linear',
        ),
      }),
      (stage, tokens, { vocabulary, activation, isTied }) => {
        const { flow } = stage;
        const transformed = stage.run('vocab_layer_norm', flow.activation(activation, stage.run('vocab_transform', tokens)));
        const table = isTied ? 'distilbert.embeddings.word_embeddings' : 'vocab_projector';
        return [flow.shifted(flow.linear(table, 'weight', transformed, vocabulary), 'vocab_projector.bias', vocabulary)];
      },
    ),
    DistilBertForSequenceClassification: withClassifier(
      configuration => configuration.labels,
      (stage, row) => [stage.run('classifier', row)],
    ),
    DistilBertForMultipleChoice: withClassifier(
      () => 1,
      (stage, row) => choices(stage, row, row),
    ),
    DistilBertForTokenClassification: withHead(
      (configuration, { width, deviation }) => ({ classifier: linear(width, configuration.labels, deviation) }),
      (stage, tokens) => [stage.run('classifier', tokens)],
    ),
    DistilBertForQuestionAnswering: withHead(
      (configuration, { width, deviation }) => ({ qa_outputs: linear(width, configuration.labels, deviation) }),
      (stage, tokens) => startAndEnd(stage, stage.run('qa_outputs', tokens)),
    ),
  },
};
