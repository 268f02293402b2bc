import type { Value } from '../../python/values';
import { argument } from '../../keras/construct';
import { pooled } from '../../keras/program/channelsLast';
import { operationProgram, type OperationSite } from '../../keras/program/operationPrograms';
import { refused } from '../../keras/program/programBuilder';

/** Writes down how an operation of Flax or JAX is computed. Throws `Undecided` with the reason where it cannot be. */
export function flaxOperation(site: OperationSite): number {
  if (site.history.function === 'make_causal_mask') return causalMask(site);
  const pool = /^(avg|max)_pool$/.exec(site.history.function ?? '')?.[1];
  return pool === 'avg' || pool === 'max' ? windowPool(site, pool) : operationProgram(site);
}

/** 1 where a key does not come behind its query, for every image and head. */
function causalMask({ builder, output, line }: OperationSite): number {
  const side = Number(output?.at(-1));
  if (!(side > 0)) return refused('how many tokens it has is not known', line);
  const values = Array.from({ length: side * side }, (_, i) => Number(i % side <= Math.floor(i / side)));
  return builder.emit({ op: 'numbers', values }, [], [1, 1, side, side], line);
}

/** `nn.max_pool(x, window_shape, strides=None, padding='VALID')`, whose window moves by 1 where it is not told. */
function windowPool({ builder, history: { call }, inputs, line }: OperationSite, of: 'avg' | 'max'): number {
  const numbers = (value: Value | undefined): number[] | undefined => {
    const items = value?.kind === 'sequence' && !value.doubt ? value.items.map(item => (item.kind === 'integer' ? item.value : NaN)) : [];
    return items.length > 0 && !items.some(Number.isNaN) ? items : undefined;
  };
  const kernel = numbers(call && argument(call, 1, 'window_shape')) ?? refused('the size of its window is not known', line);
  const [given, said] = call ? [argument(call, 2, 'strides'), argument(call, 3, 'padding')] : [];
  const ones = kernel.map(() => 1);
  const stride = !given || given.kind === 'none' ? ones : (numbers(given) ?? refused('its strides are not known', line));
  const padding = said ? (said.kind === 'string' ? said.value.toLowerCase() : refused('its padding is not followed', line)) : 'valid';
  if (of === 'avg' && padding !== 'valid') return refused('means that count what lies around the image are not computed', line);
  return pooled(builder, inputs[0]!, of, { kernel, stride, dilation: ones, padding }, line);
}
