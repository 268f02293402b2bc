import { known, unknown, type Known } from '../../architecture/architecture';
import { axisOf } from '../../architecture/keras/shape';
import { KerasLayer, KerasTensor } from '../keras/kerasValues';
import type { Context } from '../python/context';
import { builtin, type Call, type Value } from '../python/values';
import { axisAt, widened, without } from './lifted';
import { RandomStreams } from './streams';

/** `jax.vmap(function, in_axes, out_axes)`: the function on one slice, its results with the axis of the slices. Undefined where the function is not known. */
export function vectorised(call: Call, context: Context): Value | undefined {
  const [callee, second] = call.positional;
  if (!callee || call.spread || !['function', 'builtin', 'partial'].includes(callee.kind)) return undefined;
  const inputAxes = second ?? call.keywords.get('in_axes');
  const outputAxes = call.positional[2] ?? call.keywords.get('out_axes');
  return builtin(inner => {
    const axes = inner.positional.map((_, place) => axisAt(inputAxes, place));
    const made = context.call(callee, { ...inner, positional: inner.positional.map((value, place) => without(value, axes[place])) });
    const count = countOf(inner, axes, call.keywords.get('axis_size'));
    const outside = axisAt(outputAxes, 0) ?? 0;
    if (made instanceof KerasLayer) made.repeats = { count, axis: outside, isSplit: true };
    return widened(made, count, outside);
  });
}

/** How many slices there are: as told, as many as streams of keys are split into, else as long as what is mapped over. */
function countOf(call: Call, axes: readonly (number | undefined)[], told: Value | undefined): Known<number> {
  const line = call.range.startLine;
  for (const [place, value] of [told, ...call.positional].entries()) {
    const length = value instanceof RandomStreams ? value.split : value;
    if (length?.kind === 'integer') return known(length.value);
    const axis = place === 0 ? undefined : axes[place - 1];
    if (!(value instanceof KerasTensor) || axis === undefined || !value.shape.known) continue;
    const side = value.shape.value[axisOf(axis, value.shape.value.length) ?? -1];
    if (typeof side === 'number') return known(side);
  }
  return unknown(`how many slices \`${call.type}(…)\` maps over is not known`, line);
}
