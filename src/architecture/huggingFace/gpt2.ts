import { fused } from './attention';
import type { Configuration } from './configuration';
import { answerSpan, sequenceLabels, tokenLabels, withHead, wordScores, type DecoderHead } from './decoder';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, embedding, group, layerNorm, linear, transposedLinear, walked, type Part } from './parts';

const widthOf = (configuration: Configuration): number => configuration.integer('n_embd', 768);

/** Radford et al. 2019. Matrices that end in the residual sum start smaller by √(2 · depth). */
function gpt2(configuration: Configuration): Part {
  const [width, depth] = [widthOf(configuration), configuration.integer('n_layer', 12)];
  const positions = configuration.integer('n_positions', 1024);
  const deviation = initialDeviation(configuration);
  const part = group('decoder', {
    wte: embedding(configuration.integer('vocab_size', 50_257), width, deviation),
    wpe: embedding(positions, width, deviation),
    h: blocks(depth, index => block(configuration, depth, index)),
    ln_f: layerNorm(width, epsilonOf(configuration)),
  });
  return walked(
    part,
    (stage, [words]) => {
      const { flow } = stage;
      const fixed = flow.emit({ kind: 'constant', entry: null }, [], [1, ...flow.sides(words!).slice(1)]);
      return [stage.run('ln_f', stage.run('h', flow.sum(stage.run('wte', words!), stage.run('wpe', fixed))))];
    },
    [{ name: 'input_ids', sides: ['B', positions] }],
  );
}

const epsilonOf = (configuration: Configuration): number => configuration.number('layer_norm_epsilon', 1e-5);

function block(configuration: Configuration, depth: number, index: number): Part {
  const [width, heads] = [widthOf(configuration), configuration.integer('n_head', 12)];
  configuration.divides(width, heads, 'n_head');
  const deviation = initialDeviation(configuration);
  const last = deviation / Math.sqrt(2 * depth);
  const hidden = configuration.integerOr('n_inner', 4 * width);
  const activation = configuration.word('activation_function', 'gelu_new');
  const crosses = configuration.flag('add_cross_attention', false);
  const norm = () => layerNorm(width, epsilonOf(configuration));
  const scale =
    (configuration.flag('scale_attn_weights', true) ? Math.sqrt(heads / width) : 1) /
    (configuration.flag('scale_attn_by_inverse_layer_idx', false) ? index + 1 : 1);
  const self = { c_attn: transposedLinear(width, 3 * width, deviation), c_proj: transposedLinear(width, width, last) };
  const cross = {
    c_attn: transposedLinear(width, 2 * width, deviation),
    q_attn: transposedLinear(width, width, deviation),
    c_proj: transposedLinear(width, width, last),
  };
  const part = group(
    'transformer layer',
    {
      ln_1: norm(),
      attn: walked(group('attention', self, [], 'attention'), (stage, [tokens]) => [
        stage.run('c_proj', fused(stage, tokens!, 'c_attn', width, { heads, size: width / heads, scale })),
      ]),
      ln_2: norm(),
      crossattention: crosses ? group('attention', cross, [], 'attention') : undefined,
      ln_cross_attn: crosses ? norm() : undefined,
      mlp: walked(
        group('feed-forward', { c_fc: transposedLinear(width, hidden, deviation), c_proj: transposedLinear(hidden, width, last) }),
        (stage, [tokens]) => [stage.run('c_proj', stage.flow.activation(activation, stage.run('c_fc', tokens!)))],
      ),
    },
    [],
    'transformer block',
  );
  return walked(part, (stage, [input]) => {
    const middle = stage.flow.sum(stage.run('attn', stage.run('ln_1', input!)), input!);
    return [stage.flow.sum(stage.run('mlp', stage.run('ln_2', middle)), middle)];
  });
}

const words = wordScores('lm_head', 'wte', 50_257, true);

/** One score for a sequence: a projection unless it is switched off. */
const summary: DecoderHead = {
  parts(configuration, width, deviation) {
    const outputs = configuration.flag('summary_proj_to_labels', true) ? 1 : width;
    return configuration.flag('summary_use_proj', true)
      ? { multiple_choice_head: group('summary', { summary: linear(width, outputs, deviation) }) }
      : {};
  },
  forward: (stage, tokens) => [stage.flow.unknown('summary', 'which token it reads depends on the input', [tokens], ['B', null])],
};

const headed = (head: DecoderHead): ModelRule => withHead(gpt2, 'transformer', widthOf, head);

/** GPT-2 (model type `gpt2`). */
export const GPT2: ModelFamily = {
  base: 'GPT2Model',
  classes: {
    GPT2Model: gpt2,
    GPT2LMHeadModel: headed(words),
    GPT2DoubleHeadsModel: headed({
      parts: (...given) => ({ ...words.parts(...given), ...summary.parts(...given) }),
      forward: (...given) => [...words.forward(...given), ...summary.forward(...given)],
    }),
    GPT2ForSequenceClassification: headed(sequenceLabels('score')),
    GPT2ForTokenClassification: headed(tokenLabels('classifier')),
    GPT2ForQuestionAnswering: headed(answerSpan),
  },
};
