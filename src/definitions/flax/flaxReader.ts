import { known, unknown, type Architecture, type Known, type SourceRange } from '../../architecture/architecture';
import type { Shape } from '../../architecture/keras/shape';
import type { DefinitionReader, ReadContext } from '../definitionReader';
import { shapeFrom } from '../keras/construct';
import { expressionIn } from '../keras/expression';
import { KerasLayer, KerasTensor } from '../keras/kerasValues';
import { toArchitecture } from '../keras/toArchitecture';
import { callersOf } from '../pytorch/callers';
import { callOf } from '../pytorch/evaluateCall';
import { Budget, Exhausted } from '../python/budget';
import { construct, readCall } from '../python/calls';
import { ancestors } from '../python/classes';
import { directiveOver } from '../python/directives';
import { callRange, decoratedLine, headerOf } from '../python/headers';
import { Interpreter, TOO_MUCH } from '../python/interpreter';
import { Modules } from '../python/modules';
import { Scope } from '../python/scope';
import { childrenOf, descendants, field, isImported } from '../python/syntax';
import type { Call, ClassValue } from '../python/values';
import type { Node } from '../syntaxNode';
import { FlaxLibrary } from './flaxLibrary';
import { isFlaxModule } from './flaxPaths';

/** Nodes that are visited at most for one file and what it imports, and for one statement or definition of it. */
const TOTAL_STEPS = 4_000_000;
const STEPS = 400_000;

/** Reads Flax: classes of the module level that derive from `linen.Module` or `nnx.Module`. */
export class FlaxReader implements DefinitionReader {
  mayDefine(text: string): boolean {
    return text.includes('flax');
  }

  read(root: Node, context: ReadContext): Architecture[] {
    return new FlaxSource(root, context).read();
  }
}

class FlaxSource {
  private readonly budget = new Budget(TOTAL_STEPS, STEPS);
  private readonly classes: ClassValue[] = [];
  private readonly library = new FlaxLibrary();
  private readonly interpreter: Interpreter;
  private readonly scope: Scope;
  private readonly lines: readonly string[];

  constructor(
    private readonly root: Node,
    private readonly context: ReadContext,
  ) {
    const modules = new Modules(context.sources, context.files, context.folders);
    this.lines = root.text.split('\n');
    this.scope = new Scope(undefined, undefined, context.path);
    this.interpreter = new Interpreter(this.library, this.budget, classValue => this.classes.push(classValue), modules);
    modules.start(this.interpreter, this.scope);
  }

  read(): Architecture[] {
    this.interpreter.runModule(this.root, this.scope);
    if (this.context.call !== undefined) return [];
    return this.classes
      .filter(({ node }) => !isImported(node))
      .filter(classValue => ancestors(classValue).some(each => each.kind === 'reference' && isFlaxModule(each.path)))
      .map(classValue => this.readClass(classValue));
  }

  private readClass(classValue: ClassValue): Architecture {
    const range = headerOf(classValue.node);
    this.budget.renew();
    try {
      const module = this.constructed(classValue, range);
      if (module instanceof KerasLayer) return toArchitecture(classValue.name, range, module, 'flax');
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
    }
    return { framework: 'flax', name: classValue.name, range, layers: [], parameterCount: unknown(TOO_MUCH, range.startLine) };
  }

  /** The module as its directive, its one caller or its defaults construct it, called with an input where one is said. */
  private constructed(classValue: ClassValue, range: SourceRange): unknown {
    const { sources } = this.context;
    const directive = directiveOver(this.lines, decoratedLine(classValue.node), classValue.name, this.context.studied);
    const site = { ...range, startLine: directive?.line ?? range.startLine };
    const [caller, ...more] = directive ? [] : callersOf(classValue, this.root, this.scope, this.interpreter);
    const none: Call = { positional: [], keywords: new Map(), range, type: classValue.name };
    const call = directive
      ? callOf(directive.call, site, this.scope, this.interpreter, sources)
      : caller && more.length === 0
        ? caller
        : none;
    const module = construct(classValue, { ...call, range: callRange(classValue, range) }, this.interpreter);
    if (!(module instanceof KerasLayer) || !isLinen(classValue)) return module;
    const inputs = directive?.input === undefined ? this.initialInputs(classValue.name) : [this.written(directive.input, range)];
    const tensors = inputs.map(shape => new KerasTensor(shape));
    if (tensors.length === 0) tensors.push(new KerasTensor(unknown(NOT_CALLED, range.startLine)));
    this.library.run(module, '__call__', { ...none, positional: tensors }, this.interpreter);
    return module;
  }

  private written(text: string, range: SourceRange): Known<Shape> {
    const node = expressionIn(text, range, this.context.sources);
    return shapeFrom(node && this.interpreter.evaluate(node, this.scope), this.interpreter, range.startLine, true);
  }

  /** The shapes of the arrays in `model.init(key, jnp.ones(…))`, where the statements around it also construct the class. */
  private initialInputs(name: string): Known<Shape>[] {
    for (const statement of childrenOf(this.root)) {
      if (statement.type === 'class_definition' || !statement.text.includes(`${name}(`)) continue;
      for (const { node } of descendants([statement])) {
        const callee = node.type === 'call' ? field(node, 'function') : undefined;
        if (callee?.type !== 'attribute' || field(callee, 'attribute')?.text !== 'init') continue;
        const arrays = readCall(node, this.scope, this.interpreter).positional.slice(1);
        const shapes = arrays.flatMap(value => (value instanceof KerasTensor && value.shape.known ? [known(value.shape.value)] : []));
        if (shapes.length > 0) return shapes;
      }
    }
    return [];
  }
}

const isLinen = (classValue: ClassValue): boolean =>
  ancestors(classValue).some(each => each.kind === 'reference' && each.path === 'flax.linen.Module');

const NOT_CALLED = 'the shape of its input is not known: a comment `# boundlens: Net() on (1, 28, 28, 1)` over the class says it';
