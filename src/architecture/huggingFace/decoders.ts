import type { Configuration } from './configuration';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, embedding, group, layerNorm, linear, rmsNorm, transposedLinear, type Children, type Part } from './parts';

/** What a class adds to a decoder. */
type Head = (configuration: Configuration, width: number, deviation: number) => Children;

const label = (name: string, bias: boolean): Head => {
  return (configuration, width, deviation) => ({ [name]: linear(width, configuration.labels, deviation, bias) });
};
const span: Head = (_, width, deviation) => ({ qa_outputs: linear(width, 2, deviation) });

/** Scores for every word; where their matrix is the word embeddings, it counts there. */
const words = (name: string, vocabulary: number, tied: boolean): Head => {
  return (configuration, width, deviation) => ({
    [name]: configuration.flag('tie_word_embeddings', tied)
      ? undefined
      : linear(width, configuration.integer('vocab_size', vocabulary), deviation, false),
  });
};

function withHead(decoder: ModelRule, prefix: string, width: (configuration: Configuration) => number, head: Head): ModelRule {
  return configuration =>
    group('model', {
      [prefix]: decoder(configuration),
      ...head(configuration, width(configuration), initialDeviation(configuration)),
    });
}

const gpt2Width = (configuration: Configuration): number => configuration.integer('n_embd', 768);

/** Radford et al. 2019. Matrices that end in the residual sum start smaller by √(2 · depth). */
function gpt2(configuration: Configuration): Part {
  const [width, depth] = [gpt2Width(configuration), configuration.integer('n_layer', 12)];
  configuration.divides(width, configuration.integer('n_head', 12), 'n_head');
  const deviation = initialDeviation(configuration);
  const last = deviation / Math.sqrt(2 * depth);
  const hidden = configuration.integerOr('n_inner', 4 * width);
  const crosses = configuration.flag('add_cross_attention', false);
  const self = { c_attn: transposedLinear(width, 3 * width, deviation), c_proj: transposedLinear(width, width, last) };
  const cross = {
    c_attn: transposedLinear(width, 2 * width, deviation),
    q_attn: transposedLinear(width, width, deviation),
    c_proj: transposedLinear(width, width, last),
  };
  const block = () =>
    group(
      'transformer layer',
      {
        ln_1: layerNorm(width),
        attn: group('attention', self, [], 'attention'),
        ln_2: layerNorm(width),
        crossattention: crosses ? group('attention', cross, [], 'attention') : undefined,
        ln_cross_attn: crosses ? layerNorm(width) : undefined,
        mlp: group('feed-forward', { c_fc: transposedLinear(width, hidden, deviation), c_proj: transposedLinear(hidden, width, last) }),
      },
      [],
      'transformer block',
    );
  return group('decoder', {
    wte: embedding(configuration.integer('vocab_size', 50_257), width, deviation),
    wpe: embedding(configuration.integer('n_positions', 1024), width, deviation),
    h: blocks(depth, block),
    ln_f: layerNorm(width),
  });
}

const gpt2Words = words('lm_head', 50_257, true);

/** One score for a sequence: a projection unless it is switched off. */
const summary: Head = (configuration, width, deviation) => {
  const outputs = configuration.flag('summary_proj_to_labels', true) ? 1 : width;
  return configuration.flag('summary_use_proj', true)
    ? { multiple_choice_head: group('summary', { summary: linear(width, outputs, deviation) }) }
    : {};
};

const gpt2With = (head: Head): ModelRule => withHead(gpt2, 'transformer', gpt2Width, head);

/** GPT-2 (model type `gpt2`). */
export const GPT2: ModelFamily = {
  base: 'GPT2Model',
  classes: {
    GPT2Model: gpt2,
    GPT2LMHeadModel: gpt2With(gpt2Words),
    GPT2DoubleHeadsModel: gpt2With((...given) => ({ ...gpt2Words(...given), ...summary(...given) })),
    GPT2ForSequenceClassification: gpt2With(label('score', false)),
    GPT2ForTokenClassification: gpt2With(label('classifier', true)),
    GPT2ForQuestionAnswering: gpt2With(span),
  },
};

const neoxWidth = (configuration: Configuration): number => configuration.integer('hidden_size', 6144);

/** Black et al. 2022: rotary positions, which have no parameters. */
function gptNeox(configuration: Configuration): Part {
  const [width, hidden] = [neoxWidth(configuration), configuration.integer('intermediate_size', 24_576)];
  configuration.divides(width, configuration.integer('num_attention_heads', 64), 'num_attention_heads');
  const [deviation, bias] = [initialDeviation(configuration), configuration.flag('attention_bias', true)];
  const attention = { query_key_value: linear(width, 3 * width, deviation, bias), dense: linear(width, width, deviation, bias) };
  const block = () =>
    group(
      'transformer layer',
      {
        input_layernorm: layerNorm(width),
        post_attention_layernorm: layerNorm(width),
        attention: group('attention', attention, [], 'attention'),
        mlp: group('feed-forward', { dense_h_to_4h: linear(width, hidden, deviation), dense_4h_to_h: linear(hidden, width, deviation) }),
      },
      [],
      'transformer block',
    );
  return group('decoder', {
    embed_in: embedding(configuration.integer('vocab_size', 50_432), width, deviation),
    layers: blocks(configuration.integer('num_hidden_layers', 44), block),
    final_layer_norm: layerNorm(width),
  });
}

const neoxWith = (head: Head): ModelRule => withHead(gptNeox, 'gpt_neox', neoxWidth, head);

/** GPT-NeoX (model type `gpt_neox`). */
export const GPT_NEOX: ModelFamily = {
  base: 'GPTNeoXModel',
  classes: {
    GPTNeoXModel: gptNeox,
    GPTNeoXForCausalLM: neoxWith(words('embed_out', 50_432, false)),
    GPTNeoXForSequenceClassification: neoxWith(label('score', false)),
    GPTNeoXForTokenClassification: neoxWith(label('classifier', true)),
    GPTNeoXForQuestionAnswering: neoxWith(span),
  },
};

const llamaWidth = (configuration: Configuration): number => configuration.integer('hidden_size', 4096);

/** Touvron et al. 2023: rotary positions, RMS norms, a gated feed-forward net, keys and values for groups of heads. */
function llama(configuration: Configuration): Part {
  const [width, hidden] = [llamaWidth(configuration), configuration.integer('intermediate_size', 11_008)];
  const heads = configuration.integer('num_attention_heads', 32);
  configuration.divides(width, heads, 'num_attention_heads');
  const size = configuration.integerOr('head_dim', width / heads);
  const keys = configuration.integerOr('num_key_value_heads', heads);
  const deviation = initialDeviation(configuration);
  const [attends, feeds] = [configuration.flag('attention_bias', false), configuration.flag('mlp_bias', false)];
  const attention = {
    q_proj: linear(width, heads * size, deviation, attends),
    k_proj: linear(width, keys * size, deviation, attends),
    v_proj: linear(width, keys * size, deviation, attends),
    o_proj: linear(heads * size, width, deviation, attends),
  };
  const feedForward = {
    gate_proj: linear(width, hidden, deviation, feeds),
    up_proj: linear(width, hidden, deviation, feeds),
    down_proj: linear(hidden, width, deviation, feeds),
  };
  const block = () =>
    group(
      'transformer layer',
      {
        self_attn: group('attention', attention, [], 'attention'),
        mlp: group('feed-forward', feedForward),
        input_layernorm: rmsNorm(width),
        post_attention_layernorm: rmsNorm(width),
      },
      [],
      'transformer block',
    );
  return group('decoder', {
    embed_tokens: embedding(configuration.integer('vocab_size', 32_000), width, deviation),
    layers: blocks(configuration.integer('num_hidden_layers', 32), block),
    norm: rmsNorm(width),
  });
}

const llamaWith = (head: Head, prefix = 'model'): ModelRule => withHead(llama, prefix, llamaWidth, head);

/** Llama (model type `llama`). */
export const LLAMA: ModelFamily = {
  base: 'LlamaModel',
  classes: {
    LlamaModel: llama,
    LlamaForCausalLM: llamaWith(words('lm_head', 32_000, false)),
    LlamaForSequenceClassification: llamaWith(label('score', false)),
    LlamaForTokenClassification: llamaWith(label('score', true)),
    LlamaForQuestionAnswering: llamaWith(span, 'transformer'),
  },
};
