import { unknown, type Architecture, type ArgumentSource, type SourceRange, type Unknown } from '../../architecture/architecture';
import type { DefinitionReader, ReadContext } from '../definitionReader';
import { callersOf, needsArguments } from '../pytorch/callers';
import { callOf } from '../pytorch/evaluateCall';
import { formalsOf, givenArguments } from '../pytorch/givenArguments';
import { Budget, Exhausted } from '../python/budget';
import { construct } from '../python/calls';
import { ancestors } from '../python/classes';
import { directiveOver, type Directive } from '../python/directives';
import { callRange, decoratedLine, headerOf } from '../python/headers';
import { Interpreter, TOO_MUCH } from '../python/interpreter';
import { Modules } from '../python/modules';
import { Scope } from '../python/scope';
import { childrenOf, descendants, field, isImported, rangeOf } from '../python/syntax';
import type { Call, ClassValue, Value } from '../python/values';
import type { Node } from '../syntaxNode';
import { expressionIn } from './expression';
import { shapeFrom } from './construct';
import { isKerasBase } from './kerasPaths';
import { KerasLibrary } from './kerasLibrary';
import { KerasLayer } from './kerasValues';
import { buildFor } from './models';
import { toArchitecture } from './toArchitecture';

/** Nodes that are visited at most for one file and what it imports, and for one statement or definition of it. */
const TOTAL_STEPS = 4_000_000;
const STEPS = 400_000;

/**
 * Reads Keras: models that are assigned to a name at module level, functions there that return a model when they are called with
 * their directive's arguments or their defaults, and classes that derive from a model or a layer.
 */
export class KerasReader implements DefinitionReader {
  mayDefine(text: string): boolean {
    return text.includes('keras');
  }

  read(root: Node, context: ReadContext): Architecture[] {
    return new KerasSource(root, context).read();
  }
}

/** One source while it is read. */
class KerasSource {
  private readonly budget = new Budget(TOTAL_STEPS, STEPS);
  private readonly classes: ClassValue[] = [];
  private readonly library = new KerasLibrary();
  private readonly interpreter: Interpreter;
  private readonly scope: Scope;
  private readonly lines: readonly string[];

  constructor(
    private readonly root: Node,
    private readonly context: ReadContext,
  ) {
    const { sources, files, folders, path } = context;
    const modules = new Modules(sources, files, folders);
    this.lines = root.text.split('\n');
    this.scope = new Scope(undefined, undefined, path);
    this.interpreter = new Interpreter(this.library, this.budget, classValue => this.classes.push(classValue), modules);
    modules.start(this.interpreter, this.scope);
  }

  read(): Architecture[] {
    this.interpreter.runModule(this.root, this.scope);
    if (this.context.call !== undefined) return this.readCall(this.context.call);
    const assigned = this.assignedModels();
    const instances = [...this.library.models];
    const functions = this.functions().flatMap(([node, name]) => this.readFunction(node, name));
    const classes = this.classes
      .filter(({ node }) => !isImported(node) && node.parent?.type !== 'block')
      .filter(isDefinition)
      .flatMap(classValue => this.readClass(classValue, instances));
    const variables = assigned
      .filter(({ callee }) => !functions.some(({ name }) => name === callee))
      .map(({ architecture }) => architecture);
    return [...variables, ...functions, ...classes].sort((left, right) => left.range.startLine - right.range.startLine);
  }

  /** The model that an expression makes; nothing when it is none of Keras. */
  private readCall(expression: string): Architecture[] {
    const name = /^[\w.]+/.exec(expression)?.[0] ?? expression;
    const made = this.scope.get(name);
    const node = made?.kind === 'class' ? made.node : made?.kind === 'function' ? made.body.parent : undefined;
    const range = node && !isImported(node) ? headerOf(node) : { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 };
    const { call, input } = splitInput(expression);
    return this.exhaustible(name, range, () => {
      const parsed = expressionIn(call, range, this.context.sources);
      const value = parsed && this.interpreter.evaluate(parsed, this.scope);
      if (!(value instanceof KerasLayer)) {
        const reason = value?.kind === 'undecided' ? value.reason : unknown(`\`${expression}\` makes no model`, range.startLine);
        return [{ framework: 'keras', name, range, layers: [], parameterCount: reason }];
      }
      this.buildAs(value, input, range);
      return [toArchitecture(name, range, value)];
    });
  }

  /** Models that are assigned to names at module level, and the function that each comes from where it is one of the file. */
  private assignedModels(): { readonly architecture: Architecture; readonly callee: string | undefined }[] {
    const inside = (node: Node) => (/^(function|class)_definition$/.test(node.type) ? [] : node.children);
    const found: { architecture: Architecture; callee: string | undefined }[] = [];
    const told = new Set<KerasLayer>();
    for (const { node } of descendants(childrenOf(this.root), inside)) {
      const [left, right] = node.type === 'assignment' ? [field(node, 'left'), field(node, 'right')] : [];
      if (left?.type !== 'identifier' || !right) continue;
      const model = this.modelAt(rangeOf(right)) ?? this.scope.get(left.text);
      if (!(model instanceof KerasLayer) || !model.isModel || model.classValue || told.has(model)) continue;
      told.add(model);
      const callee = right.type === 'call' ? field(right, 'function')?.text : undefined;
      found.push({ architecture: toArchitecture(left.text, rangeOf(node), model), callee });
    }
    return found;
  }

  private modelAt(range: SourceRange): KerasLayer | undefined {
    return this.library.models.find(({ construction }) => {
      const at = construction.range;
      return at.startLine === range.startLine && at.startColumn === range.startColumn && at.endLine === range.endLine;
    });
  }

  /** Functions of the module level that may return a model. */
  private functions(): (readonly [Node, string])[] {
    const all = childrenOf(this.root).map(statement =>
      statement.type === 'decorated_definition' ? field(statement, 'definition') : statement,
    );
    const functions = all.flatMap(node => {
      const name = node?.type === 'function_definition' ? field(node, 'name')?.text : undefined;
      return node && name !== undefined ? [[node, name] as const] : [];
    });
    const makers = new Set<string>();
    for (let before = -1; before < makers.size;) {
      before = makers.size;
      for (const [node, name] of functions) {
        const text = node.text;
        const calls = [...text.matchAll(/\b(\w+)\s*\(/g)].map(([, callee]) => callee!);
        const isMaker = calls.some(callee => /^(Model|Sequential|Functional)$/.test(callee) || (makers.has(callee) && callee !== name));
        if (isMaker && /\breturn\b/.test(text)) makers.add(name);
      }
    }
    return functions.filter(([, name]) => makers.has(name));
  }

  private readFunction(node: Node, name: string): Architecture[] {
    const value = this.scope.get(name);
    if (value?.kind !== 'function') return [];
    const range = headerOf(node);
    const directive = directiveOver(this.lines, decoratedLine(node), name, this.context.studied);
    const none: Call = { positional: [], keywords: new Map(), range, type: name };
    const call = directive ? { ...this.directed(directive, range), range } : none;
    const read = () => {
      const model = this.interpreter.call(value, call);
      if (!(model instanceof KerasLayer) || model.classValue) return [];
      this.buildAs(model, directive?.input, range);
      return [toArchitecture(name, range, model)];
    };
    return this.exhaustible(name, range, read);
  }

  private readClass(classValue: ClassValue, instances: readonly KerasLayer[]): Architecture[] {
    const range = headerOf(classValue.node);
    return this.exhaustible(classValue.name, range, () => {
      const directive = directiveOver(this.lines, decoratedLine(classValue.node), classValue.name, this.context.studied);
      if (directive)
        return this.built(classValue, range, this.directed(directive, range), directive.source, directive.line, directive.input);
      const used = instances.find(instance => instance.classValue === classValue && instance.input?.known);
      const whole = used && toArchitecture(classValue.name, range, used);
      if (whole?.parameterCount.known) return [whole];
      const callers = callersOf(classValue, this.root, this.scope, this.interpreter);
      const [caller] = callers;
      if (caller && (callers.length === 1 || needsArguments(classValue))) {
        const found = this.built(classValue, range, caller, 'caller', caller.range.startLine);
        if (found[0]?.parameterCount.known) return found;
      }
      const none: Call = { positional: [], keywords: new Map(), range, type: classValue.name };
      return this.built(classValue, range, none, 'default', range.startLine);
    });
  }

  private built(
    classValue: ClassValue,
    range: SourceRange,
    call: Call,
    source: ArgumentSource,
    line: number,
    input?: string,
  ): Architecture[] {
    this.library.resetNames();
    this.budget.renew();
    const instance = construct(classValue, { ...call, range: callRange(classValue, range) }, this.interpreter);
    if (!(instance instanceof KerasLayer)) return [];
    this.buildAs(instance, input, range);
    const given = formalsOf(classValue).length > 0 ? { arguments: givenArguments(classValue, call, source, line) } : {};
    return [{ ...toArchitecture(classValue.name, range, instance), ...given }];
  }

  /** Calls a model with an input of the shape behind `on`, which leaves out the batch. */
  private buildAs(model: KerasLayer, input: string | undefined, range: SourceRange): void {
    if (input === undefined) return;
    const node = expressionIn(input, range, this.context.sources);
    const value: Value | undefined = node && this.interpreter.evaluate(node, this.scope);
    const shape = shapeFrom(value, this.interpreter, range.startLine);
    buildFor(model, shape, { positional: [], keywords: new Map(), range, type: model.construction.type }, this.interpreter);
  }

  private directed({ call, line }: Directive, range: SourceRange): Call {
    const site = { ...range, startLine: line, endLine: line };
    return callOf(call, site, this.scope, this.interpreter, this.context.sources);
  }

  private exhaustible(name: string, range: SourceRange, work: () => Architecture[]): Architecture[] {
    this.budget.renew();
    this.library.resetNames();
    try {
      return work();
    } catch (error) {
      if (error instanceof Exhausted) return [withoutLayers(name, range, unknown(TOO_MUCH, range.startLine))];
      throw error;
    }
  }
}

/** `Net() on (28, 28, 1)`: the call, and the shape of one input. */
function splitInput(text: string): { readonly call: string; readonly input?: string } {
  const [, call, input] = /^(.*\))\s+on\s+(.+)$/.exec(text) ?? [];
  return call === undefined ? { call: text } : { call, input };
}

const isDefinition = (classValue: ClassValue): boolean =>
  ancestors(classValue).some(ancestor => ancestor.kind === 'reference' && isKerasBase(ancestor.path));

const withoutLayers = (name: string, range: SourceRange, reason: Unknown): Architecture => ({
  framework: 'keras',
  name,
  range,
  layers: [],
  parameterCount: reason,
});
