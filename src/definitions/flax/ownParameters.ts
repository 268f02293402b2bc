import { known, unknown } from '../../architecture/architecture';
import { shapeFrom } from '../keras/construct';
import { KerasTensor, WeightValue, type KerasLayer } from '../keras/kerasValues';
import type { Context } from '../python/context';
import { NONE, type Call, type Value } from '../python/values';

/** `self.param(name, initialiser, shape, …)`; a module that is called again has the parameter that it has. */
export function ownParameter(module: KerasLayer, call: Call, context: Context): WeightValue {
  const line = call.range.startLine;
  const [name, initialiser, shape] = call.positional;
  const isLibrary = initialiser?.kind === 'reference' || (initialiser?.kind === 'undecided' && initialiser.plain);
  const made =
    initialiser && !isLibrary
      ? context.call(initialiser, { ...call, positional: [NONE, ...call.positional.slice(2)], keywords: new Map() })
      : undefined;
  const sides =
    made instanceof KerasTensor
      ? made.shape
      : isLibrary && shape
        ? shapeFrom(shape, context, line, true)
        : unknown('the shape of this parameter is not known', line);
  const own = name?.kind === 'string' ? name.value : 'param';
  const before = module.added.find(each => each.name === own);
  if (before) return before;
  const weight = new WeightValue(sides, own, known(true), call.range, { initialiser, isBuilt: false, isBare: false });
  module.added.push(weight);
  return weight;
}

/** `nnx.Param(value)`; other variables are state and no parameters. */
export function variable(name: string, call: Call): Value {
  const value = call.positional[0];
  const shape =
    value instanceof KerasTensor
      ? value.shape
      : value?.kind === 'undecided'
        ? value.reason
        : unknown('the shape of this parameter is not known', call.range.startLine);
  const beginning = { initialiser: value, isBuilt: false, isBare: false };
  if (name === 'Param') return new WeightValue(shape, '', known(true), call.range, beginning);
  return new KerasTensor(shape, { inputs: [], operation: call.type, line: call.range.startLine });
}
