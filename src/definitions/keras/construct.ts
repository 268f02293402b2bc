import { known, unknown, type Known } from '../../architecture/architecture';
import { LayerInputs, type KerasRule } from '../../architecture/keras/kerasRule';
import type { Shape } from '../../architecture/keras/shape';
import { LayerArguments } from '../../architecture/torch/layerArguments';
import type { ArgumentValue } from '../../architecture/torch/signature';
import { argumentOf, shownArguments } from '../pytorch/construct';
import { iterated } from '../python/collections';
import type { Context } from '../python/context';
import type { Call, Value } from '../python/values';
import { build } from './layerCalls';
import { KerasLayer, NOT_CALLED, type LayerBody } from './kerasValues';

/** An argument by its place or its name. */
export const argument = (call: Call, place: number, name: string): Value | undefined => call.positional[place] ?? call.keywords.get(name);

/** The body of a layer with a rule: the arguments that the rule reads, by name, Keras' defaults among them. */
function ruleBody(rule: KerasRule, call: Call): Extract<LayerBody, { kind: 'rule' }> {
  const line = call.range.startLine;
  const values = new Map<string, Known<ArgumentValue>>();
  rule.signature.forEach((formal, place) => {
    const given = argument(call, place, formal.name);
    if (given) values.set(formal.name, argumentOf(given, line));
    else if (call.spread) values.set(formal.name, call.spread);
    else if (formal.default !== undefined) values.set(formal.name, known(formal.default));
    else values.set(formal.name, unknown(`\`${call.type}(…)\` is not told its \`${formal.name}\``, line));
  });
  return { kind: 'rule', rule, values: new LayerArguments(values, line) };
}

/** Gives a layer its name, its switches and what it says of its input, as `Layer.__init__` takes them. */
export function describe(layer: KerasLayer, call: Call, autoName: () => string): void {
  const name = call.keywords.get('name');
  layer.name = name?.kind === 'string' ? name.value : autoName();
  const trainable = call.keywords.get('trainable');
  if (trainable) layer.trainable = switchOf(trainable, call.range.startLine);
  const declared = declaredInput(call);
  if (declared) layer.attributes.set('input_shape', declared);
}

/** A value as a switch. */
export function switchOf(value: Value, line: number, otherwise = 'whether this layer is trainable is not decided'): Known<boolean> {
  if (value.kind === 'boolean' || value.kind === 'integer') return known(Boolean(value.value));
  return value.kind === 'undecided' ? value.reason : unknown(otherwise, line);
}

/** What `input_shape=…` and its relatives say of the shape without the batch. */
function declaredInput({ keywords }: Call): Value | undefined {
  const whole = keywords.get('batch_input_shape') ?? keywords.get('batch_shape');
  if (whole?.kind === 'sequence') return { ...whole, items: whole.items.slice(1) };
  const side = keywords.get('input_dim');
  const length = keywords.get('input_length');
  if (side && side.kind === 'integer' && !keywords.has('output_dim'))
    return { kind: 'sequence', tuple: true, items: length ? [length, side] : [side] };
  return keywords.get('input_shape') ?? whole;
}

/** A shape that the source writes, the batch added before it. */
export function shapeFrom(value: Value | undefined, context: Context, line: number, hasBatch = false): Known<Shape> {
  if (!value) return unknown('its shape is not said', line);
  if (value.kind === 'undecided') return value.reason;
  const items = value.kind === 'integer' ? [value] : iterated(value, context);
  if (!items) return unknown('its shape is not known', line);
  const sides = items.map(item => (item.kind === 'integer' ? item.value : null));
  const open = items.find(item => item.kind === 'undecided' && !item.plain);
  if (open?.kind === 'undecided') return open.reason;
  return known(hasBatch ? sides : [null, ...sides]);
}

/** A layer that a rule makes; weights that need no input are known at once. */
export function ruleLayer(rule: KerasRule, call: Call): KerasLayer {
  const { type, range } = call;
  const layer = new KerasLayer(undefined, { type, kind: rule.kind, range }, { kind: 'own', isBuilt: true });
  applyRule(layer, rule, call);
  return layer;
}

/** Makes a layer what a rule says, also where a class of the source derives from a layer of Keras. */
export function applyRule(layer: KerasLayer, rule: KerasRule, call: Call): void {
  const line = call.range.startLine;
  const body = ruleBody(rule, call);
  layer.body = body;
  const positional = call.positional.map((value, place) => [rule.signature[place]?.name ?? String(place), value] as const);
  const given = [...positional, ...call.keywords].filter(([name]) => name !== 'name');
  layer.arguments = shownArguments(given, line);
  layer.initialisers = new Map(given.filter(([name]) => /_init(ializer)?$/.test(name)));
  for (const { name } of rule.signature) {
    const value = given.find(([each]) => each === name)?.[1];
    if (value && !['undecided', 'instance', 'library'].includes(value.kind)) layer.attributes.set(name, value);
  }
  for (const name of ['return_state', 'return_sequences']) {
    const value = call.keywords.get(name);
    if (value) layer.attributes.set(name, value);
  }
  layer.weights = unknown(NOT_CALLED, line);
  build(layer, new LayerInputs([unknown(NOT_CALLED, line)], line));
}
