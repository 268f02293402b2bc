import type { Context } from '../python/context';
import { integer, NONE, tuple, type Call, type Value } from '../python/values';
import { argument } from './construct';
import { KerasTensor } from './kerasValues';

/** Helpers that the architectures of `keras.applications` share; undefined for every other path. */
export function callApplicationHelper(path: string, call: Call, context: Context): Value | undefined {
  const name = /\.imagenet_utils\.(\w+)$/.exec(path)?.[1];
  if (name === 'obtain_input_shape' || name === '_obtain_input_shape') return obtainInputShape(call);
  if (name === 'correct_pad') return correctPadding(call);
  if (name === 'validate_activation') return NONE;
  if (!path.endsWith('.get_source_inputs')) return undefined;
  const [tensor] = call.positional;
  context.spend(1);
  return tensor instanceof KerasTensor ? tensor : undefined;
}

/** An architecture of `keras.applications`, as the folder says that Keras is installed in; undefined where there is none. */
export function callApplication(path: string, call: Call, context: Context): Value | undefined {
  const [, module, name] = /^(keras\.applications(?:\.\w+)?)\.([A-Z]\w*)$/.exec(path) ?? [];
  const maker = module === undefined ? undefined : context.modules.find(module, undefined)?.member(name!);
  return maker?.kind === 'function' ? context.call(maker, call) : undefined;
}

/** The input of an architecture: what is asked for, else its default size in three channels, or any size where nothing is flattened. */
function obtainInputShape(call: Call): Value | undefined {
  const given = argument(call, 0, 'input_shape');
  const [size, flattens, weights] = [argument(call, 1, 'default_size'), argument(call, 4, 'require_flatten'), argument(call, 5, 'weights')];
  if (size?.kind !== 'integer' || flattens?.kind !== 'boolean') return undefined;
  if (given?.kind === 'sequence' && given.items.length === 3) return given;
  if (given?.kind !== 'none') return undefined;
  const isPretrained = weights?.kind === 'string' && weights.value === 'imagenet';
  const side: Value = flattens.value ? size : NONE;
  return isPretrained && flattens.value ? tuple([size, size, integer(3)]) : tuple([side, side, integer(3)]);
}

/** The padding before a strided convolution that keeps its windows centred. */
function correctPadding(call: Call): Value | undefined {
  const [tensor, kernel] = [argument(call, 0, 'inputs'), argument(call, 1, 'kernel_size')];
  if (!(tensor instanceof KerasTensor) || !tensor.shape.known || tensor.shape.value.length !== 4) return undefined;
  const sizes = kernel?.kind === 'integer' ? [kernel, kernel] : kernel?.kind === 'sequence' ? kernel.items : [];
  const sides = tensor.shape.value.slice(1, 3);
  const fixed = sides[0] !== null;
  const pairs = sizes.map((size, axis) => {
    if (size.kind !== 'integer') return undefined;
    const half = Math.floor(size.value / 2);
    const adjust = fixed ? 1 - ((sides[axis] ?? 0) % 2) : 1;
    return tuple([integer(half - adjust), integer(half)]);
  });
  const known = pairs.filter(pair => pair !== undefined);
  return known.length === 2 ? tuple(known) : undefined;
}
