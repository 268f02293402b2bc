import type { Context } from '../python/context';
import { builtin, type Call, type Value } from '../python/values';
import { argument, shapeFrom } from '../keras/construct';
import { KerasTensor } from '../keras/kerasValues';

/** Initialisers that draw at once; all others are called to make one that does. */
const DRAWING = new Set(['zeros', 'ones']);

/**
 * `initializers.zeros(key, shape)`, and `initializers.lecun_normal()(key, shape)`: an array of the shape that is asked for. Undefined for paths that are
 * no initialisers of Flax or JAX.
 */
export function initialiserCall(path: string, call: Call, context: Context): Value | undefined {
  const name = /^(?:flax\.(?:linen|nnx)|jax\.nn)\.initializers\.(\w+)$/.exec(path)?.[1];
  if (name === undefined) return undefined;
  const draw = (drawn: Call): Value => new KerasTensor(shapeFrom(argument(drawn, 1, 'shape'), context, drawn.range.startLine, true));
  return DRAWING.has(name) ? draw(call) : builtin(draw);
}
