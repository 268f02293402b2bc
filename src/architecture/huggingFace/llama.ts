import { projected } from './attention';
import type { Configuration } from './configuration';
import { answerSpan, sequenceLabels, tokenLabels, withHead, wordScores, type DecoderHead } from './decoder';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, embedding, group, linear, rmsNorm, walked, type Part } from './parts';

/** What Llama and its relatives differ in: defaults, and which linear layers have biases. */
interface Kind {
  readonly hidden: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** Heads of keys and values where the configuration does not say; as many as of queries where it is absent. */
  readonly keyHeads?: number;
  readonly biases: (configuration: Configuration) => { readonly inputs: boolean; readonly output: boolean; readonly feedForward: boolean };
}

const widthOf = (configuration: Configuration): number => configuration.integer('hidden_size', 4096);

/** Kinds of rotary positions that turn queries and keys without stretching them. */
const ROTATIONS: readonly string[] = ['default', 'linear', 'dynamic', 'llama3'];

function turnsOnly(configuration: Configuration): boolean {
  if (!configuration.has('rope_scaling')) return true;
  const scaling = configuration.inner('rope_scaling');
  return ROTATIONS.includes(scaling.word('rope_type', scaling.word('type', 'default')));
}

function block(configuration: Configuration, { hidden: otherwise, keyHeads, biases }: Kind): Part {
  const [width, hidden] = [widthOf(configuration), configuration.integer('intermediate_size', otherwise)];
  const heads = configuration.integer('num_attention_heads', 32);
  if (!configuration.has('head_dim')) configuration.divides(width, heads, 'num_attention_heads');
  const size = configuration.integerOr('head_dim', width / heads);
  const keys = configuration.isWritten('num_key_value_heads') ? configuration.integerOr('num_key_value_heads', heads) : (keyHeads ?? heads);
  configuration.divides(heads, keys, 'num_key_value_heads');
  const deviation = initialDeviation(configuration);
  const activation = configuration.word('hidden_act', 'silu');
  const { inputs, output, feedForward: feeds } = biases(configuration);
  const attention = {
    q_proj: linear(width, heads * size, deviation, inputs),
    k_proj: linear(width, keys * size, deviation, inputs),
    v_proj: linear(width, keys * size, deviation, inputs),
    o_proj: linear(heads * size, width, deviation, output),
  };
  const feedForward = {
    gate_proj: linear(width, hidden, deviation, feeds),
    up_proj: linear(width, hidden, deviation, feeds),
    down_proj: linear(hidden, width, deviation, feeds),
  };
  const rotates = turnsOnly(configuration);
  const epsilon = configuration.number('rms_norm_eps', 1e-6);
  const part = group(
    'transformer layer',
    {
      self_attn: walked(group('attention', attention, [], 'attention'), (stage, [tokens]) =>
        rotates
          ? [stage.run('o_proj', projected(stage, tokens!, ['q_proj', 'k_proj', 'v_proj'], { heads, keyHeads: keys, size, rotary: true }))]
          : [stage.flow.unknown('rotary positions', 'this `rope_scaling` may stretch queries and keys', [tokens!])],
      ),
      mlp: walked(group('feed-forward', feedForward), (stage, [tokens]) => {
        const { flow } = stage;
        const gate = flow.activation(activation, stage.run('gate_proj', tokens!));
        const both = flow.emit({ kind: 'product', of: 'entries' }, [gate, stage.run('up_proj', tokens!)], flow.sides(gate));
        return [stage.run('down_proj', both)];
      }),
      input_layernorm: rmsNorm(width, epsilon),
      post_attention_layernorm: rmsNorm(width, epsilon),
    },
    [],
    'transformer block',
  );
  return walked(part, (stage, [input]) => {
    const { flow } = stage;
    const middle = flow.sum(stage.run('self_attn', stage.run('input_layernorm', input!)), input!);
    return [flow.sum(stage.run('mlp', stage.run('post_attention_layernorm', middle)), middle)];
  });
}

/** Touvron et al. 2023: rotary positions, RMS norms, a gated feed-forward net, keys and values for groups of heads. */
const decoder =
  (kind: Kind): ModelRule =>
  configuration => {
    const [width, deviation] = [widthOf(configuration), initialDeviation(configuration)];
    const part = group('decoder', {
      embed_tokens: embedding(configuration.integer('vocab_size', kind.vocabulary), width, deviation),
      layers: blocks(configuration.integer('num_hidden_layers', 32), () => block(configuration, kind)),
      norm: rmsNorm(width, configuration.number('rms_norm_eps', 1e-6)),
    });
    return walked(part, (stage, [words]) => [stage.run('norm', stage.run('layers', stage.run('embed_tokens', words!)))], [
      { name: 'input_ids', sides: ['B', configuration.integer('max_position_embeddings', kind.positions)] },
    ]);
  };

/** The classes of a relative of Llama, whose names begin alike; question answering holds the decoder under the name `answering`. */
function family(name: string, kind: Kind, answering: string): ModelFamily {
  const headed = (head: DecoderHead, prefix = 'model') => withHead(decoder(kind), prefix, widthOf, head);
  return {
    base: `${name}Model`,
    classes: {
      [`${name}Model`]: decoder(kind),
      [`${name}ForCausalLM`]: headed(wordScores('lm_head', 'embed_tokens', kind.vocabulary, false)),
      [`${name}ForSequenceClassification`]: headed(sequenceLabels('score')),
      [`${name}ForTokenClassification`]: headed(tokenLabels('score')),
      [`${name}ForQuestionAnswering`]: headed(answerSpan, answering),
    },
  };
}

/** Llama (model type `llama`). */
export const LLAMA = family(
  'Llama',
  {
    hidden: 11_008,
    vocabulary: 32_000,
    positions: 2048,
    biases: configuration => {
      const attends = configuration.flag('attention_bias', false);
      return { inputs: attends, output: attends, feedForward: configuration.flag('mlp_bias', false) };
    },
  },
  'transformer',
);

/** Mistral (model type `mistral`): eight heads of keys and values, no biases. */
export const MISTRAL = family(
  'Mistral',
  {
    hidden: 14_336,
    vocabulary: 32_000,
    positions: 131_072,
    keyHeads: 8,
    biases: () => ({ inputs: false, output: false, feedForward: false }),
  },
  'model',
);

/** Qwen2 (model type `qwen2`): biases where queries, keys and values are made. */
export const QWEN2 = family(
  'Qwen2',
  {
    hidden: 22_016,
    vocabulary: 151_936,
    positions: 32_768,
    keyHeads: 32,
    biases: () => ({ inputs: true, output: false, feedForward: false }),
  },
  'transformer',
);
