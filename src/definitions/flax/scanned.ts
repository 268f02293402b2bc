import { unknown } from '../../architecture/architecture';
import { KerasLayer } from '../keras/kerasValues';
import type { Context } from '../python/context';
import { builtin, NONE, tuple, type Call, type Value } from '../python/values';
import { Loop, repetitions } from './loop';

const isCarry = (value: Value | undefined): boolean => value?.kind === 'reference' && value.path === 'flax.nnx.Carry';

const axisIn = (value: Value | undefined): number | undefined => (value?.kind === 'integer' ? value.value : undefined);

/** `nnx.scan(f, in_axes=(nnx.Carry, 0), out_axes=nnx.Carry)`: the function once for each repetition of a module, or of an array; a decorator where it is given none. */
export function scannedFunction(call: Call, context: Context): Value | undefined {
  const [callee] = call.positional;
  if (call.spread || call.keywords.has('reverse')) return undefined;
  if (!callee) return builtin(inner => scannedFunction({ ...call, positional: inner.positional }, context) ?? NONE);
  const [ins, outs] = ['in_axes', 'out_axes'].map(name => call.keywords.get(name));
  return builtin(inner => {
    const line = inner.range.startLine;
    const axes = inner.positional.map((_, place) => (ins?.kind === 'sequence' ? ins.items[place] : (ins ?? undefined)));
    const values = inner.positional.map((value, place) => [value, ins ? axisIn(axes[place]) : place > 0 ? 0 : undefined] as const);
    const module = values.flatMap(([value, axis]) => (value instanceof KerasLayer && value.repeats?.axis === axis ? [value] : []))[0];
    const otherwise = unknown(`how often \`${call.type}(…)\` repeats its function is not known`, line);
    const count = module?.repeats?.count ?? repetitions(call.keywords.get('length'), values, otherwise);
    const loop = new Loop(count, module, line);
    const given = values.map(([value, axis], place) => {
      if (value instanceof KerasLayer) return value;
      return isCarry(axes[place]) || (!ins && place === 0) ? loop.begun(value) : loop.given(value, axis);
    });
    const result = context.call(callee, { ...inner, positional: given });
    if (isCarry(outs)) return loop.last(result);
    const items = result.kind === 'sequence' && !result.doubt ? result.items : [result];
    const ends = outs?.kind === 'sequence' ? outs.items : [undefined, undefined];
    const isOne = outs !== undefined && outs.kind !== 'sequence';
    if (isOne) return loop.stacked(result, axisIn(outs) ?? 0);
    return tuple(
      items.map((item, place) =>
        isCarry(ends[place]) || (!outs && place === 0) ? loop.last(item) : loop.stacked(item, axisIn(ends[place]) ?? 0),
      ),
    );
  });
}
