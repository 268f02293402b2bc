import { convolved } from '../../architecture/keras/window';
import { LayerInputs } from '../../architecture/keras/kerasRule';
import { LayerArguments } from '../../architecture/torch/layerArguments';
import { argument, shapeFrom } from '../keras/construct';
import { KerasTensor } from '../keras/kerasValues';
import { orReason } from '../keras/layerCalls';
import type { Context } from '../python/context';
import type { Call, Value } from '../python/values';

/** `nn.avg_pool(x, window_shape, strides, padding='VALID')`, and its maximum. */
export function windowPool(name: string, call: Call, context: Context): Value | undefined {
  const [tensor] = call.positional;
  if (!(tensor instanceof KerasTensor)) return undefined;
  const line = call.range.startLine;
  const sizes = shapeFrom(argument(call, 1, 'window_shape'), context, line, true);
  const given = argument(call, 2, 'strides');
  const strides = given && given.kind !== 'none' ? shapeFrom(given, context, line, true) : undefined;
  const padding = argument(call, 3, 'padding');
  const inputs = new LayerInputs([tensor.shape], line);
  const shape = orReason(() => {
    if (!sizes.known) return inputs.undecided('the size of its window is not known');
    const [batch, ...sides] = inputs.ranked(sizes.value.length + 2);
    const moved = sizes.value.map((size, axis) => {
      const stride = strides === undefined ? 1 : strides.known ? strides.value[axis] : null;
      if (size === null || stride === null || stride === undefined) return null;
      const word = padding === undefined ? 'valid' : padding.kind === 'string' ? padding.value.toLowerCase() : undefined;
      if (word === undefined) return null;
      return convolved(sides[axis] ?? null, { size, stride, dilation: 1, padding: word }, new LayerArguments(new Map(), line));
    });
    return [batch!, ...moved, sides.at(-1)!];
  });
  return new KerasTensor(shape, { inputs: [tensor], function: name, operation: call.type, call, line });
}
