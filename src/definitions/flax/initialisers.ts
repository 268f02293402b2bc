import type { Initialiser } from '../../architecture/keras/startLaws';
import { argument, shapeFrom } from '../keras/construct';
import { KerasTensor } from '../keras/kerasValues';
import type { Context } from '../python/context';
import { builtin, type Call, type Value } from '../python/values';

/** Initialisers that draw at once; all others are called to make one that does. */
const DRAWING = new Set(['zeros', 'ones']);

/** What initialisers take by place. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  constant: ['value'],
  orthogonal: ['scale', 'column_axis'],
  normal: ['stddev'],
  truncated_normal: ['stddev'],
  uniform: ['scale'],
  variance_scaling: ['scale', 'mode', 'distribution'],
};

/** Whose numbers and words were understood, of the initialisers that were made. */
const made = new WeakMap<Value, Initialiser>();

/** The laws that arrays were drawn from. */
const drawn = new WeakMap<Value, Initialiser>();

/** The law that an array was drawn from, where all of it is known. */
export const drawnBy = (value: Value): Initialiser | undefined => drawn.get(value);

/** An array of `jax.random`, noted with its law as far as that is known. */
export function drawnArray(name: string, call: Call, shape: KerasTensor['shape']): KerasTensor {
  const array = new KerasTensor(shape, { inputs: [], operation: call.type, line: call.range.startLine });
  const number = (key: string, otherwise: number): number => {
    const given = call.keywords.get(key);
    return given?.kind === 'integer' || given?.kind === 'float' ? given.value : given ? NaN : otherwise;
  };
  const numbers: Readonly<Record<string, Initialiser['arguments']>> = {
    normal: { stddev: 1 },
    uniform: { low: number('minval', 0), high: number('maxval', 1) },
    truncated_normal: { stddev: 1, lower: number('lower', -2), upper: number('upper', 2) },
  };
  const told = Object.hasOwn(numbers, name) ? numbers[name]! : undefined;
  if (told && !Object.values(told).includes(NaN)) drawn.set(array, { name, arguments: told });
  return array;
}

const PATH = /^(?:flax\.(?:linen|nnx)|jax\.nn)\.initializers\.(\w+)$/;

/**
 * `initializers.zeros(key, shape)`, and `initializers.lecun_normal()(key, shape)`: an array of the shape that is asked for. Undefined for paths that are
 * no initialisers of Flax or JAX.
 */
export function initialiserCall(path: string, call: Call, context: Context): Value | undefined {
  const name = PATH.exec(path)?.[1];
  if (name === undefined) return undefined;
  const told = DRAWING.has(name) ? { name, arguments: {} } : toldOf(name, call);
  const draw = (drawing: Call): Value => {
    const array = new KerasTensor(shapeFrom(argument(drawing, 1, 'shape'), context, drawing.range.startLine, true));
    if (told) drawn.set(array, told);
    return array;
  };
  if (DRAWING.has(name)) return draw(call);
  const initialiser = builtin(draw);
  if (told) made.set(initialiser, told);
  return initialiser;
}

/** The law behind an initialiser: one that was made, or the name of one that draws at once; undefined for anything else. */
export function initialiserOf(value: Value): Initialiser | undefined {
  const name = value.kind === 'reference' ? PATH.exec(value.path)?.[1] : undefined;
  return made.get(value) ?? (name !== undefined && DRAWING.has(name) ? { name, arguments: {} } : undefined);
}

/** What an initialiser is told; undefined where not all of it is numbers and words. */
function toldOf(name: string, call: Call): Initialiser | undefined {
  const places = ARGUMENTS[name] ?? [];
  const positional = call.positional.map((value, place) => [places[place], value] as const);
  const given = [...positional, ...call.keywords].filter(([key]) => key !== 'dtype' && key !== 'param_dtype');
  const plain = given.flatMap(([key, value]) =>
    key !== undefined && (value.kind === 'integer' || value.kind === 'float' || value.kind === 'string')
      ? [[key, value.value] as const]
      : [],
  );
  return call.spread || plain.length < given.length ? undefined : { name, arguments: Object.fromEntries(plain) };
}
