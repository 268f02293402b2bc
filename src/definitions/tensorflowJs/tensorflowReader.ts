import { unknown, type Architecture, type SourceRange } from '../../architecture/architecture';
import type { ReadContext } from '../definitionReader';
import { construct } from '../javascript/classes';
import { Evaluator } from '../javascript/evaluator';
import { moduleScope, ScriptModules, type ScriptRoots } from '../javascript/modules';
import type { Scope } from '../javascript/scope';
import { childrenOf, field } from '../javascript/syntax';
import { object, type Call, type Value } from '../javascript/values';
import { Budget, Exhausted } from '../python/budget';
import { directiveOver } from '../python/directives';
import { lineOf, markImported, rangeOf } from '../python/syntax';
import type { Node } from '../syntaxNode';
import { withoutLayers } from '../withoutLayers';
import { FunctionalModel, LayerValue, SequentialModel } from './layerValue';
import { declaredLine, enclosing, headerOf, makersOf, MAKES_MODEL, nameOf, nodeAt, type Maker } from './makers';
import { withProgram } from './program';
import { TensorflowLibrary } from './tensorflowLibrary';
import { toArchitecture } from './toArchitecture';

/** Whether a text may define a model: a cheap test before it is parsed. */
export const mayUseTensorflow = (text: string): boolean => MAKES_MODEL.test(text) && /\btf\b|@tensorflow\//.test(text);

/** Nodes that are visited at most for one file, and for one of its functions with what it needs of the module. */
const TOTAL_STEPS = 1_500_000;
const STEPS = 60_000;

/** What reading a script may look at beside its own text. */
export interface ScriptContext extends Pick<ReadContext, 'path' | 'files' | 'call' | 'studied' | 'trained' | 'program'> {
  /** Trees of other files. */
  readonly roots: ScriptRoots;
  /** The tree of an expression in the language of the source. */
  readonly expression: (text: string) => Node;
}

/**
 * Reads TensorFlow.js: every model that the module or one of its functions makes with `tf.sequential` or `tf.model`. A function is
 * evaluated by itself, as its directive says or without arguments; where its parameters leave a count open, the source's own calls of it decide.
 */
export function readTensorflow(root: Node, context: ScriptContext): Architecture[] {
  const source = new TensorflowSource(root, context);
  return context.call === undefined ? source.read() : source.readCall(context.call);
}

interface Found {
  /** Where the model is made; the same for every evaluation. */
  readonly key: string;
  readonly architecture: Architecture;
}

/** What one evaluation of the source left behind. */
interface Evaluated {
  readonly library: TensorflowLibrary;
  readonly result: Value | undefined;
  readonly isExhausted: boolean;
}

class TensorflowSource {
  private readonly budget = new Budget(TOTAL_STEPS, STEPS);
  private readonly makers: readonly Maker[];
  private readonly lines: readonly string[];

  constructor(
    private readonly root: Node,
    private readonly context: ScriptContext,
  ) {
    this.makers = makersOf(root);
    this.lines = root.tree.text.split('\n');
  }

  read(): Architecture[] {
    const sites = new Map<string, Architecture>();
    for (const maker of [...this.makers, undefined])
      for (const { key, architecture } of this.modelsOf(maker))
        if (!sites.get(key)?.parameterCount.known && (architecture.parameterCount.known || !sites.has(key))) sites.set(key, architecture);
    return [...sites.values()].sort((left, right) => left.range.startLine - right.range.startLine);
  }

  /** The models that an expression makes: one, or those that an array or object holds. */
  readCall(expression: string): Architecture[] {
    const name = /^(?:await\s+|new\s+)?([\w$.]+)/.exec(expression)?.[1] ?? expression;
    const maker = this.makers.find(each => each.name === name);
    const range = maker ? headerOf(maker.node) : { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 };
    const { result, isExhausted } = this.evaluated((evaluator, scope) => evaluator.evaluate(this.parsed(expression, range), scope));
    const tooMuch = isExhausted ? unknown(TOO_MUCH, range.startLine) : undefined;
    const found = result ? modelsIn(result, name) : [];
    const architectures = found.map(([label, model]) => this.finished(toArchitecture(label, range, model, tooMuch), model));
    if (architectures.length > 0) return architectures;
    const otherwise = result?.kind === 'undecided' ? result.reason : unknown(`\`${expression}\` makes no model`, range.startLine);
    return [withoutLayers('tensorflow.js', name, range, tooMuch ?? otherwise)];
  }

  /** Evaluates the module, and then something in its scope. */
  private evaluated(work: (evaluator: Evaluator, scope: Scope, library: TensorflowLibrary) => Value | undefined): Evaluated {
    this.budget.renew();
    const library = new TensorflowLibrary();
    const modules = new ScriptModules(this.context.roots, this.context.files);
    const evaluator = new Evaluator(library, this.budget, modules);
    const scope = moduleScope(this.context.path);
    modules.start(evaluator, this.root, scope);
    try {
      evaluator.runModule(this.root, scope);
      this.budget.renew();
      return { library, result: work(evaluator, scope, library), isExhausted: false };
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
      return { library, result: undefined, isExhausted: true };
    }
  }

  /** The models that evaluating the module makes, and then one of its functions. */
  private modelsOf(maker: Maker | undefined): Found[] {
    const { library, result, isExhausted } = this.evaluated((evaluator, scope, { models }) => {
      if (!maker) return undefined;
      models.length = 0;
      return this.made(maker, evaluator, scope);
    });
    const { models } = library;
    const inside = new Set(models.flatMap(model => [...model.inner]));
    return models
      .filter(model => !inside.has(model))
      .map(model => {
        const node = nodeAt(this.root, model.construction.range);
        const by = this.makers.find(each => each.node === enclosing(node));
        const isReturned = by && (result === model || by !== maker);
        const { name, range } = isReturned && by.isOwn ? { name: by.name, range: headerOf(by.node) } : nameOf(node);
        const { startLine, startColumn } = model.construction.range;
        const tooMuch = isExhausted ? unknown(TOO_MUCH, startLine) : undefined;
        return { key: `${startLine}:${startColumn}`, architecture: this.finished(toArchitecture(name, range, model, tooMuch), model) };
      });
  }

  private finished(architecture: Architecture, model: LayerValue): Architecture {
    return withProgram(architecture, model, this.context);
  }

  /** What a function returns that is called as its directive says, else without arguments. */
  private made(maker: Maker, evaluator: Evaluator, scope: Scope): Value {
    const { node, name } = maker;
    const range = rangeOf(node);
    const directive = directiveOver(this.lines, declaredLine(node), name, this.context.studied);
    const self = maker.owner && selfOf(maker.owner, scope, range, evaluator);
    const callee: Value = { kind: 'function', name, node, scope, ...(self && { self }) };
    if (!directive) return evaluator.call(callee, { values: [], range, type: name, isOpen: true });
    const site = { ...range, startLine: directive.line, endLine: directive.line };
    const inner = scope.inner();
    inner.declare(name, callee);
    return evaluator.evaluate(this.parsed(directive.call, site), inner);
  }

  private parsed(expression: string, site: SourceRange): Node {
    const root = this.context.expression(`(${expression})`);
    markImported(root, () => site);
    const [statement] = childrenOf(root);
    return (statement && childrenOf(statement)[0]) ?? root;
  }
}

const TOO_MUCH = 'it takes too many steps to evaluate';

const isModel = (value: Value) => value instanceof SequentialModel || value instanceof FunctionalModel;

/** The models that a value is or holds, with their names. */
function modelsIn(value: Value, name: string): (readonly [name: string, model: LayerValue])[] {
  if (value instanceof LayerValue) return [[name, value]];
  if (value.kind === 'array') return value.items.flatMap((item, index) => (isModel(item) ? [[`${name}[${index}]`, item] as const] : []));
  if (value.kind === 'object') return [...value.properties].flatMap(([key, item]) => (isModel(item) ? [[key, item] as const] : []));
  return [];
}

/** The object whose method is called: constructed without arguments where its class can be, else one of which only the methods are known. */
function selfOf(owner: Node, scope: Scope, range: SourceRange, evaluator: Evaluator): Value {
  const classValue = scope.get(field(owner, 'name')?.text ?? '');
  const call: Call = { values: [], range, type: 'new', isOpen: true };
  if (classValue?.kind === 'class' && classValue.node === owner) return construct(classValue, call, evaluator);
  const self = object([], unknown('what `this` holds is set elsewhere', lineOf(owner)));
  for (const method of childrenOf(field(owner, 'body') ?? owner))
    if (method.type === 'method_definition') {
      const key = field(method, 'name')?.text ?? '';
      self.properties.set(key, { kind: 'function', name: key, node: method, scope });
    }
  return self;
}
