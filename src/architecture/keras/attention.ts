import type { Parameter } from '../architecture';
import { glorotKernel } from './dense';
import { kerasSignature, weightless, type KerasRule } from './kerasRule';

/**
 * `keras.layers.MultiHeadAttention`, called as (query, value, key = value): projections [width, heads, key_dim] for query, key and value,
 * and back to the query's width or `output_shape`.
 */
const multiHead: KerasRule = {
  kind: 'attention',
  signature: kerasSignature('num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True, output_shape=None, attention_axes=None'),
  weights(values, inputs) {
    const [heads, width] = [values.integer('num_heads'), values.integer('key_dim')];
    const valueWidth = values.isNone('value_dim') ? width : values.integer('value_dim');
    const outputs = values.isNone('output_shape') ? [inputs.side(-1)] : values.shape('output_shape');
    const size = outputs.reduce((product, side) => product * side, 1);
    const hasBias = values.flag('use_bias');
    const bias = (name: string, shape: readonly number[]): Parameter[] => (hasBias ? [{ name, shape }] : []);
    const project = (name: string, input: number, head: number): Parameter[] => [
      glorotKernel(`${name}/kernel`, [input, heads, head], heads * head, input),
      ...bias(`${name}/bias`, [heads, head]),
    ];
    const valueInput = inputs.side(-1, 1);
    return [
      ...project('query', inputs.side(-1), width),
      ...project('key', inputs.count > 2 ? inputs.side(-1, 2) : valueInput, width),
      ...project('value', valueInput, valueWidth),
      glorotKernel('attention_output/kernel', [heads, valueWidth, ...outputs], size, heads * valueWidth),
      ...bias('attention_output/bias', outputs),
    ];
  },
  output: (values, inputs) =>
    values.isNone('output_shape') ? inputs.first : [...inputs.first.slice(0, -1), ...values.shape('output_shape')],
};

/** `keras.layers.Attention`: no weights but a scale where it is asked for. */
const dot: KerasRule = {
  ...weightless('attention', "use_scale=False, score_mode='dot'", (_values, inputs) => [
    ...inputs.first.slice(0, -1),
    inputs.at(1).at(-1)!,
  ]),
  weights: values => (values.flag('use_scale') ? [{ name: 'scale', shape: [] }] : []),
};

/** `keras.layers.AdditiveAttention`: a scale of the query's width unless it is switched off. */
const additive: KerasRule = {
  ...dot,
  signature: kerasSignature('use_scale=True'),
  weights: (values, inputs) => (values.flag('use_scale') ? [{ name: 'scale', shape: [inputs.side(-1)] }] : []),
};

/** Attention. */
export const ATTENTION_RULES: Readonly<Record<string, KerasRule>> = {
  MultiHeadAttention: multiHead,
  Attention: dot,
  AdditiveAttention: additive,
};
