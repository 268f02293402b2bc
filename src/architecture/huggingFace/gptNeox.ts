import { fused } from './attention';
import type { Configuration } from './configuration';
import { answerSpan, sequenceLabels, tokenLabels, withHead, wordScores, type DecoderHead } from './decoder';
import { initialDeviation, type ModelFamily, type ModelRule } from './model';
import { blocks, embedding, group, layerNorm, linear, walked, type Part } from './parts';

const widthOf = (configuration: Configuration): number => configuration.integer('hidden_size', 6144);
const epsilonOf = (configuration: Configuration): number => configuration.number('layer_norm_eps', 1e-5);

/** x + attention(norm x) + feed-forward(norm x), side by side unless that is switched off. */
function block(configuration: Configuration): Part {
  const [width, hidden] = [widthOf(configuration), configuration.integer('intermediate_size', 24_576)];
  const heads = configuration.integer('num_attention_heads', 64);
  configuration.divides(width, heads, 'num_attention_heads');
  const [deviation, bias] = [initialDeviation(configuration), configuration.flag('attention_bias', true)];
  const activation = configuration.word('hidden_act', 'gelu');
  const attention = { query_key_value: linear(width, 3 * width, deviation, bias), dense: linear(width, width, deviation, bias) };
  const part = group(
    'transformer layer',
    {
      input_layernorm: layerNorm(width, epsilonOf(configuration)),
      post_attention_layernorm: layerNorm(width, epsilonOf(configuration)),
      attention: walked(group('attention', attention, [], 'attention'), (stage, [tokens]) => [
        stage.run('dense', fused(stage, tokens!, 'query_key_value', width, { heads, size: width / heads, rotary: true })),
      ]),
      mlp: walked(
        group('feed-forward', { dense_h_to_4h: linear(width, hidden, deviation), dense_4h_to_h: linear(hidden, width, deviation) }),
        (stage, [tokens]) => [stage.run('dense_4h_to_h', stage.flow.activation(activation, stage.run('dense_h_to_4h', tokens!)))],
      ),
    },
    [],
    'transformer block',
  );
  const isParallel = configuration.flag('use_parallel_residual', true);
  return walked(part, (stage, [input]) => {
    const { flow } = stage;
    const mixed = flow.sum(stage.run('attention', stage.run('input_layernorm', input!)), input!);
    return [flow.sum(stage.run('mlp', stage.run('post_attention_layernorm', isParallel ? input! : mixed)), mixed)];
  });
}

/** Black et al. 2022: rotary positions, which have no parameters. */
function gptNeox(configuration: Configuration): Part {
  const [width, deviation] = [widthOf(configuration), initialDeviation(configuration)];
  const part = group('decoder', {
    embed_in: embedding(configuration.integer('vocab_size', 50_432), width, deviation),
    layers: blocks(configuration.integer('num_hidden_layers', 44), () => block(configuration)),
    final_layer_norm: layerNorm(width, epsilonOf(configuration)),
  });
  return walked(part, (stage, [words]) => [stage.run('final_layer_norm', stage.run('layers', stage.run('embed_in', words!)))], [
    { name: 'input_ids', sides: ['B', configuration.integer('max_position_embeddings', 2048)] },
  ]);
}

const headed = (head: DecoderHead): ModelRule => withHead(gptNeox, 'gpt_neox', widthOf, head);

/** GPT-NeoX (model type `gpt_neox`). */
export const GPT_NEOX: ModelFamily = {
  base: 'GPTNeoXModel',
  classes: {
    GPTNeoXModel: gptNeox,
    GPTNeoXForCausalLM: headed(wordScores('embed_out', 'embed_in', 50_432, false)),
    GPTNeoXForSequenceClassification: headed(sequenceLabels('score')),
    GPTNeoXForTokenClassification: headed(tokenLabels('classifier')),
    GPTNeoXForQuestionAnswering: headed(answerSpan),
  },
};
