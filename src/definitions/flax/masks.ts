import { known, unknown } from '../../architecture/architecture';
import { KerasTensor, type KerasLayer } from '../keras/kerasValues';
import type { Call } from '../python/values';

/** `nn.make_causal_mask(x)` of numbers (…, tokens): (…, 1, tokens, tokens). */
export function causalMask(call: Call): KerasTensor {
  const [x] = call.positional;
  const line = call.range.startLine;
  const tokens = x instanceof KerasTensor && x.shape.known && call.positional.length === 1 ? x.shape.value : undefined;
  const side = tokens?.at(-1) ?? null;
  const shape = tokens ? known([...tokens.slice(0, -1), 1, side, side]) : unknown('the shape of this mask is not known', line);
  return new KerasTensor(shape, { inputs: [], function: 'make_causal_mask', operation: call.type, call, line });
}

/** A call of attention with its masks called as Keras calls them. */
export function attending({ className = '' }: KerasLayer, call: Call): Call {
  if (!className.endsWith('Attention')) return call;
  const [x, second, ...rest] = call.positional;
  const isMasked = className === 'SelfAttention' && second !== undefined;
  const keywords = new Map(isMasked ? [...call.keywords, ['mask', second] as const] : call.keywords);
  for (const [name, own] of [
    ['mask', 'attention_mask'],
    ['is_causal', 'use_causal_mask'],
  ] as const) {
    const told = keywords.get(name);
    if (told) keywords.set(own, told);
    keywords.delete(name);
  }
  return { ...call, positional: isMasked && x ? [x, ...rest] : call.positional, keywords };
}
