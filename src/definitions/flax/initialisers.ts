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

const PATH = /^(?:flax\.(?:linen|nnx)|jax\.nn)\.initializers\.(\w+)$/;

/**
 * `initializers.zeros(key, shape)`, and `initializers.lecun_normal()(key, shape)`: an array of the shape that is asked for. Undefined for paths that are
 * no initialisers of Flax or JAX.
 */
export function initialiserCall(path: string, call: Call, context: Context): Value | undefined {
  const name = PATH.exec(path)?.[1];
  if (name === undefined) return undefined;
  const draw = (drawn: Call): Value => new KerasTensor(shapeFrom(argument(drawn, 1, 'shape'), context, drawn.range.startLine, true));
  if (DRAWING.has(name)) return draw(call);
  const initialiser = builtin(draw);
  const told = toldOf(name, call);
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
