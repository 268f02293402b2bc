import type { Value } from '../../python/values';
import { argument } from '../../keras/construct';
import { pooled } from '../../keras/program/channelsLast';
import { operationProgram, type OperationSite } from '../../keras/program/operationPrograms';
import { refused } from '../../keras/program/programBuilder';

/** Writes down how an operation of Flax or JAX is computed. Throws `Undecided` with the reason where it cannot be. */
export function flaxOperation(site: OperationSite): number {
  const pool = /^(avg|max)_pool$/.exec(site.history.function ?? '')?.[1];
  return pool === 'avg' || pool === 'max' ? windowPool(site, pool) : operationProgram(site);
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
