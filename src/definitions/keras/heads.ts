import type { Shape } from '../../architecture/keras/shape';
import { orReason } from './layerCalls';
import type { RuleCall } from './layerRecorder';

/** What a layer of several attention heads is given and how wide they are. */
export interface Heads {
  /** The places of the steps that make its inputs. */
  readonly query: number;
  readonly key: number;
  readonly value: number;
  readonly heads: number;
  readonly width: number;
  readonly valueWidth: number;
  /** The name of the projection of what the heads say. */
  readonly out: string;
}

/** The heads of Keras' `MultiHeadAttention`, called as (query, value, key = value), and of Flax' classes, called as (query, key = query, value = key). */
export function headsOf(layer: RuleCall, inputs: readonly number[], input: Shape | undefined): Heads | undefined {
  const found = layer.steps ? flaxHeads(layer, inputs, input) : kerasHeads(layer, inputs);
  return found && Object.values(found).every(part => part !== undefined) ? (found as Heads) : undefined;
}

type Found = { readonly [Part in keyof Heads]: Heads[Part] | undefined } | undefined;

function kerasHeads({ className, values }: RuleCall, [query, value, key = value]: readonly number[]): Found {
  if (className !== 'MultiHeadAttention' || !values.isMissing('attention_axes')) return undefined;
  const sizes = orReason(() => ({
    heads: values.integer('num_heads'),
    width: values.integer('key_dim'),
    valueWidth: values.isNone('value_dim') ? values.integer('key_dim') : values.integer('value_dim'),
  }));
  return sizes.known ? { query, key, value, ...sizes.value, out: 'attention_output' } : undefined;
}

function flaxHeads({ className, values }: RuleCall, inputs: readonly number[], input: Shape | undefined): Found {
  const isOfItself = className === 'SelfAttention';
  if (!isOfItself && className !== 'MultiHeadDotProductAttention' && className !== 'MultiHeadAttention') return undefined;
  const [query, key = query, value = key] = isOfItself ? inputs.slice(0, 1) : inputs;
  const sizes = orReason(() => {
    const heads = values.integer('num_heads');
    return { heads, width: values.integerOr('qkv_features', input?.at(-1) ?? 0) / heads };
  });
  if (!sizes.known || !Number.isInteger(sizes.value.width) || sizes.value.width === 0) return undefined;
  return { query, key, value, ...sizes.value, valueWidth: sizes.value.width, out: 'out' };
}
