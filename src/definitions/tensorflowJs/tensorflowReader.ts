import {
  known,
  unknown,
  type Architecture,
  type Known,
  type Layer,
  type Parameter,
  type SourceRange,
} from '../../architecture/architecture';
import { parameterCount } from '../../architecture/counts';
import { Budget, Exhausted } from '../python/budget';
import type { Node } from '../syntaxNode';
import { Evaluator } from '../javascript/evaluator';
import { childrenOf, descendants, field, lineOf, rangeOf } from '../javascript/syntax';
import { object, Scope, type FunctionValue, type Value } from '../javascript/values';
import type { FunctionalModel, LayerValue, SequentialModel } from './layerValue';
import { TensorflowLibrary } from './tensorflowLibrary';

/** Whether a text may define a model: a cheap test before it is parsed. */
export const mayUseTensorflow = (text: string): boolean => /\b(sequential|model)\s*\(/.test(text) && /\btf\b|@tensorflow\//.test(text);

const TOTAL_STEPS = 400_000;
const STEPS = 40_000;

/** Functions that are looked at by themselves at most. */
const MAXIMUM_FUNCTIONS = 60;

/**
 * Reads TensorFlow.js: every model that the module or one of its functions makes with `tf.sequential` or `tf.model`. A function is
 * evaluated by itself; where its parameters leave a count open, the module's own calls of it may decide.
 */
export function readTensorflow(root: Node): Architecture[] {
  const budget = new Budget(TOTAL_STEPS, STEPS);
  const sites = new Map<string, Architecture>();
  const makers = functionsOf(root).slice(0, MAXIMUM_FUNCTIONS);
  for (const maker of [...makers, undefined])
    for (const { key, architecture } of evaluated(root, maker, makers, budget))
      if (!sites.get(key)?.parameterCount.known && (architecture.parameterCount.known || !sites.has(key))) sites.set(key, architecture);
  return [...sites.values()].sort((left, right) => left.range.startLine - right.range.startLine);
}

/** A function that makes a model in its own body. */
interface Maker {
  readonly node: Node;
  readonly name: string;
  /** The class whose method it is. */
  readonly owner: Node | undefined;
}

const FUNCTIONS = new Set([
  'function_declaration',
  'method_definition',
  'arrow_function',
  'function_expression',
  'generator_function_declaration',
]);

function functionsOf(root: Node): Maker[] {
  const makers: Maker[] = [];
  for (const node of descendants([root])) {
    if (!FUNCTIONS.has(node.type) || !/\b(sequential|model)\s*\(/.test(node.text)) continue;
    const declarator = node.parent?.type === 'variable_declarator' ? node.parent : undefined;
    const name = field(node, 'name') ?? (declarator && field(declarator, 'name'));
    const isMethod = node.type === 'method_definition';
    const isReachable = enclosing(node.parent) === undefined;
    if (name && isReachable) makers.push({ node, name: name.text, owner: isMethod ? (node.parent?.parent ?? undefined) : undefined });
  }
  return makers;
}

/** The innermost function around a node. */
function enclosing(node: Node | null): Node | undefined {
  for (let outer = node; outer; outer = outer.parent) if (FUNCTIONS.has(outer.type)) return outer;
  return undefined;
}

interface Found {
  /** Where the model is made; the same for every evaluation. */
  readonly key: string;
  readonly architecture: Architecture;
}

/** The models that evaluating the module makes, and then one of its functions without arguments. */
function evaluated(root: Node, maker: Maker | undefined, makers: readonly Maker[], budget: Budget): Found[] {
  budget.renew();
  const library = new TensorflowLibrary();
  const evaluator = new Evaluator(library, budget);
  let returned: Value | undefined;
  let exhausted = false;
  try {
    const scope = new Scope();
    evaluator.run(childrenOf(root), scope);
    if (maker) {
      library.models.length = 0;
      returned = evaluator.call(functionValue(maker, scope), { values: [], range: rangeOf(maker.node), type: maker.name });
    }
  } catch (error) {
    if (!(error instanceof Exhausted)) throw error;
    exhausted = true;
  }
  const { models } = library;
  const inside = new Set(models.flatMap(model => [...model.inner]));
  return models
    .filter(model => !inside.has(model))
    .flatMap(model => {
      const node = nodeAt(root, model.construction.range);
      const by = makers.find(each => each.node === enclosing(node));
      const isReturned = returned === model || (by && by !== maker);
      const { name, range } = isReturned && by ? { name: by.name, range: headerOf(by.node) } : nameOf(node);
      const { startLine, startColumn } = model.construction.range;
      const tooMuch = exhausted ? unknown('it takes too many steps to evaluate', startLine) : undefined;
      return [{ key: `${startLine}:${startColumn}`, architecture: toArchitecture(name, range, model, tooMuch) }];
    });
}

/** The function as a value; a method sees an object of which only the methods are known. */
function functionValue({ node, name, owner }: Maker, scope: Scope): FunctionValue {
  const value = { kind: 'function', name, node, scope } as const;
  if (!owner) return value;
  const self = object([], unknown('what `this` holds is set elsewhere', lineOf(node)));
  for (const method of childrenOf(field(owner, 'body') ?? owner))
    if (method.type === 'method_definition') {
      const key = field(method, 'name')?.text ?? '';
      self.properties.set(key, { kind: 'function', name: key, node: method, scope });
    }
  return { ...value, self };
}

/** The innermost node of exactly this range. */
function nodeAt(root: Node, { startLine, startColumn, endLine, endColumn }: SourceRange): Node {
  let node = root;
  for (;;) {
    const next = node.children.find(
      ({ startPosition: start, endPosition: end }) =>
        (start.row < startLine || (start.row === startLine && start.column <= startColumn)) &&
        (end.row > endLine || (end.row === endLine && end.column >= endColumn)),
    );
    if (!next) return node;
    node = next;
  }
}

/** What the source calls a model that is made at a node: the variable or property that it is put into. */
function nameOf(node: Node): { readonly name: string; readonly range: SourceRange } {
  for (let outer: Node | null = node; outer; outer = outer.parent) {
    const target = field(outer, 'left') ?? field(outer, 'name') ?? field(outer, 'key');
    if (
      ['variable_declarator', 'assignment_expression', 'pair', 'public_field_definition', 'field_definition'].includes(outer.type) &&
      target
    )
      return { name: target.text.replace(/^this\./, ''), range: headerOf(outer) };
    if (FUNCTIONS.has(outer.type)) break;
  }
  return { name: 'model', range: headerOf(node) };
}

/** A node's first line, from where it starts. */
function headerOf(node: Node): SourceRange {
  const { startPosition: start, endPosition: end } = node;
  const [first = ''] = node.text.split('\n', 1);
  const endColumn = start.row === end.row ? end.column : start.column + first.length;
  return { startLine: start.row, startColumn: start.column, endLine: start.row, endColumn };
}

function toArchitecture(
  name: string,
  range: SourceRange,
  model: SequentialModel | FunctionalModel,
  tooMuch: ReturnType<typeof unknown> | undefined,
): Architecture {
  const seen = new Set<LayerValue>();
  const layers = layersOf(model, '', seen);
  const doubt = tooMuch ?? doubtIn(model);
  return { framework: 'tensorflow.js', name, range, layers, parameterCount: doubt ?? parameterCount(layers) };
}

function doubtIn(layer: LayerValue): ReturnType<typeof unknown> | undefined {
  if (layer.doubt) return layer.doubt;
  for (const inner of layer.inner) {
    const doubt = doubtIn(inner);
    if (doubt) return doubt;
  }
  return undefined;
}

/** Layers that are shared are listed where they are met first. */
function layersOf(model: LayerValue, prefix: string, seen: Set<LayerValue>, frozen = isFrozen(model)): Layer[] {
  return model.inner.flatMap(layer => {
    if (seen.has(layer)) return [];
    seen.add(layer);
    const { name, type, kind, range } = layer.construction;
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const isOff =
      frozen.known && layer.trainable.known ? known(frozen.value || isFrozenValue(layer)) : frozen.known ? isFrozen(layer) : frozen;
    const common = { path, type, kind, arguments: {}, range, children: layersOf(layer, path, seen, isOff) };
    const { weights } = layer;
    if (!weights.known) return [{ ...common, parameters: weights }];
    if (!isOff.known && weights.value.length > 0) return [{ ...common, parameters: isOff }];
    const off = isOff.known && isOff.value;
    const trained = weights.value.filter(weight => !off && weight.trainable !== false).map(asParameter);
    const still = weights.value.filter(weight => off || weight.trainable === false).map(asParameter);
    return [{ ...common, parameters: known(trained), ...(still.length > 0 ? { frozen: still } : {}) }];
  });
}

const isFrozenValue = ({ trainable }: LayerValue): boolean => trainable.known && !trainable.value;

const isFrozen = ({ trainable }: LayerValue): Known<boolean> => (trainable.known ? known(!trainable.value) : trainable);

function asParameter({ name, shape, initialSpectralNorm, outputs }: Parameter): Parameter {
  return {
    name,
    shape,
    ...(initialSpectralNorm === undefined ? {} : { initialSpectralNorm }),
    ...(outputs === undefined ? {} : { outputs }),
  };
}
