import { unknown, type Architecture, type Framework, type SourceRange, type Unknown } from '../../architecture/architecture';
import type { ReadContext } from '../definitionReader';
import { Budget } from '../python/budget';
import type { Construction } from '../python/constructions';
import type { Library } from '../python/context';
import { directiveOver, splitInput, type Directive } from '../python/directives';
import { callOf, expressionNode, scopeOfCall } from '../python/expressionCalls';
import { calledIn, decoratedLine } from '../python/headers';
import { Interpreter, TOO_MUCH } from '../python/interpreter';
import { Modules } from '../python/modules';
import { Scope } from '../python/scope';
import { isImported } from '../python/syntax';
import type { ClassValue, Value } from '../python/values';
import type { Node } from '../syntaxNode';
import { withoutLayers } from '../withoutLayers';
import { KerasLayer } from './kerasValues';

/** Nodes that are visited at most for one file and what it imports, and for one statement or definition of it. */
const TOTAL_STEPS = 4_000_000;
const STEPS = 400_000;

/** A source whose statements were run under a library of layers: what the readers of Keras and Flax start from. */
export class EvaluatedSource {
  readonly budget = new Budget(TOTAL_STEPS, STEPS);
  /** Every class that the source and what it imports defined, in order. */
  readonly classes: ClassValue[] = [];
  readonly interpreter: Interpreter;
  scope: Scope;
  private readonly modules: Modules;
  private lines: readonly string[] = [];

  constructor(
    public root: Node,
    public context: ReadContext,
    library: Library,
    private readonly framework: Framework,
  ) {
    const { sources, files, folders, path } = context;
    this.modules = new Modules(sources, files, folders);
    this.scope = new Scope(undefined, undefined, path);
    this.interpreter = new Interpreter(library, this.budget, classValue => this.classes.push(classValue), this.modules);
    this.modules.start(this.interpreter, this.scope);
    this.run();
  }

  /** Starts over with the next version of the source: modules that it imports stay evaluated as long as their texts are the same. */
  restart(root: Node, context: ReadContext): void {
    this.root = root;
    this.context = context;
    this.interpreter.restart(TOTAL_STEPS);
    this.scope = new Scope(undefined, undefined, context.path);
    this.modules.restart(this.scope);
    this.classes.length = 0;
    this.run();
  }

  private run(): void {
    this.lines = this.root.tree.text.split('\n');
    this.interpreter.runModule(this.root, this.scope);
  }

  /** The classes that the source itself defines. */
  get own(): readonly ClassValue[] {
    return this.classes.filter(({ node }) => !isImported(node));
  }

  /** The value of an expression that a comment or a command writes, in the scope of the source; undefined when it is none. */
  value(text: string, range: SourceRange): Value | undefined {
    const node = expressionNode(text, range, this.context.sources);
    return node && this.interpreter.evaluate(node, scopeOfCall(this.scope));
  }

  /** What a name of the source stands for, found out with a share of steps of its own; undefined where those do not suffice. */
  named(name: string): Value | undefined {
    return this.budget.bounded(
      () => this.scope.get(name),
      () => undefined,
    );
  }

  /** What is said over a definition about how it is constructed. */
  directive(node: Node, name: string): Directive | undefined {
    return directiveOver(this.lines, decoratedLine(node), name, this.context.studied);
  }

  /** The construction that a directive writes. */
  directed({ call, source, line, input }: Directive, range: SourceRange): Construction {
    const site = { ...range, startLine: line, endLine: line };
    return { call: callOf(call, site, this.scope, this.interpreter, this.context.sources), source, line, input };
  }

  /** Does something with a budget of its own; a definition without layers where that is spent. */
  bounded(name: string, range: SourceRange, work: () => Architecture[]): Architecture[] {
    return this.budget.bounded(work, () => [this.nothing(name, range, unknown(TOO_MUCH, range.startLine))]);
  }

  /** The model that an expression such as `Net(width=4) on (1, 28, 28, 1)` makes, with the shape of one input; without layers when it makes none. */
  readCall(
    expression: string,
    build: (
      name: string,
      range: SourceRange,
      model: KerasLayer,
      input: string | undefined,
      again: () => KerasLayer | undefined,
    ) => Architecture,
  ): Architecture[] {
    const { call, input } = splitInput(expression);
    this.budget.renew();
    const { name, range } = calledIn(call, this.scope);
    return this.bounded(name, range, () => {
      const value = this.value(call, range);
      const again = (): KerasLayer | undefined => {
        const made = this.value(call, range);
        return made instanceof KerasLayer ? made : undefined;
      };
      if (value instanceof KerasLayer) return [build(name, range, value, input, again)];
      const reason = value?.kind === 'undecided' ? value.reason : unknown(`\`${expression}\` makes no model`, range.startLine);
      return [this.nothing(name, range, reason)];
    });
  }

  private nothing(name: string, range: SourceRange, reason: Unknown): Architecture {
    return withoutLayers(this.framework, name, range, reason);
  }
}
