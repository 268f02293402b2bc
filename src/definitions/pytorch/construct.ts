import { known, unknown, type Known, type SourceRange } from '../../architecture/architecture';
import { LayerArguments, Undecided, written } from '../../architecture/torch/layerArguments';
import type { LayerContents, LayerRule } from '../../architecture/torch/layerRule';
import type { ArgumentValue } from '../../architecture/torch/signature';
import { torchStartLaw } from '../../architecture/torch/startLaws';
import { bindArguments } from '../python/calls';
import type { Context } from '../python/context';
import { lineageOf } from '../python/exceptions';
import { boolean, float, integer, NONE, text, tuple, type Call, type Formal, type Value } from '../python/values';
import { ModuleValue } from './moduleValue';
import { ParameterValue, TensorValue } from './tensors';

/** Gives a module the tensors and inner layers that a rule of `torch.nn` makes of the call's arguments. */
export function applyRule(module: ModuleValue, rule: LayerRule, call: Call, context: Context): void {
  const formals: readonly Formal[] | undefined = rule.signature?.map(formal => ({
    name: formal.name,
    role: 'positional',
    default: formal.default === undefined ? undefined : valueOf(formal.default),
  }));
  const bound = formals && bindArguments(call.type, formals, call);
  const line = call.range.startLine;
  if (formals && !bound) {
    context.raise(lineageOf('TypeError'));
    module.doubts.push(unknown(`\`${call.type}(…)\` does not take these arguments`, line));
    return;
  }
  const values = bound ?? call.keywords;
  module.arguments = shownArguments(values, line);
  for (const [name, value] of values)
    if (isReadable(value) && !module.attributes.has(name)) module.attributes.set(name, asAttribute(module.base, name, value));
  try {
    const known = new Map([...values].map(([name, value]) => [name, argumentOf(value, line)]));
    fill(module, rule.contents(new LayerArguments(known, line)), call.range);
  } catch (error) {
    if (!(error instanceof Undecided)) throw error;
    module.doubts.push(error.reason);
  }
}

/** Arguments that a layer keeps as attributes, as `in_features`: certain ones, and none that would count as its own layers or tensors. */
const isReadable = (value: Value): boolean => !['undecided', 'instance', 'library'].includes(value.kind);

/** An argument as the layer keeps it: one number for every side of a window becomes one for each, a width to normalise over a tuple. */
function asAttribute(base: string, name: string, value: Value): Value {
  if (value.kind !== 'integer') return value.kind === 'sequence' && !value.doubt && TUPLES.test(name) ? tuple([...value.items]) : value;
  const dimensions = /^torch\.nn\.Conv(?:Transpose)?([123])d$/.exec(base)?.[1];
  if (dimensions !== undefined && TUPLES.test(name)) return tuple(Array.from({ length: Number(dimensions) }, () => value));
  return name === 'normalized_shape' ? tuple([value]) : value;
}

const TUPLES = /^(kernel_size|stride|padding|output_padding|dilation|normalized_shape)$/;

/** Turns contents into attributes; a switched-off tensor such as `bias` reads as `None`. */
function fill(module: ModuleValue, contents: LayerContents, range: SourceRange, parent?: string): void {
  const layer = module.base.replace(/^torch\.nn\./, '');
  const weight = contents.parameters.find(({ name }) => name === 'weight')?.shape;
  if (module.attributes.get('bias')?.kind === 'boolean') module.attributes.set('bias', NONE);
  for (const { name, shape, initialSpectralNorm } of contents.parameters) {
    module.attributes.delete(name);
    const parameter = new ParameterValue(known(shape), initialSpectralNorm);
    parameter.born = torchStartLaw(layer, name, shape, weight, parent);
    module.attributes.set(name, parameter);
  }
  for (const { name, shape } of contents.buffers ?? []) {
    module.buffers.set(name, known(shape));
    module.attributes.set(name, new TensorValue(known(shape)));
  }
  for (const [name, inner] of contents.children) {
    const child = new ModuleValue(undefined, `torch.${inner.type}`, { type: inner.type, kind: inner.kind, range });
    fill(child, inner, range, layer);
    module.attributes.set(name, child);
  }
}

/** Arguments as they are shown beside a layer: numbers, switches and words; a tuple as Python writes it. */
export function shownArguments(values: Iterable<readonly [string, Value]>, line: number): Record<string, Known<number | string | boolean>> {
  const shown: Record<string, Known<number | string | boolean>> = {};
  for (const [name, value] of values) {
    const argument = argumentOf(value, line);
    if (!argument.known) {
      if (value.kind === 'undecided') shown[name] = argument;
    } else if (argument.value !== null) {
      const plain = argument.value;
      shown[name] = known(typeof plain === 'object' ? ('float' in plain ? plain.float : written(plain)) : plain);
    }
  }
  return shown;
}

/** A value as a layer rule takes it. */
export function argumentOf(value: Value, line: number): Known<ArgumentValue> {
  switch (value.kind) {
    case 'integer':
    case 'string':
    case 'boolean':
      return known(value.value);
    case 'float':
      return known({ float: value.value });
    case 'none':
      return known(null);
    case 'undecided':
      return value.reason;
    case 'sequence': {
      const items = value.items.map(item => argumentOf(item, line));
      const open = value.doubt ?? items.find(item => !item.known);
      return open?.known === false ? open : known(items.flatMap(item => (item.known ? [item.value] : [])));
    }
    default:
      return unknown('this argument is neither a number nor a word', line);
  }
}

function valueOf(argument: ArgumentValue): Value {
  if (argument === null) return NONE;
  if (typeof argument === 'boolean') return boolean(argument);
  if (typeof argument === 'string') return text(argument);
  if (typeof argument === 'number') return integer(argument);
  return 'float' in argument ? float(argument.float) : tuple(argument.map(valueOf));
}
