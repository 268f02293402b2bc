import type { Node } from '../syntaxNode';
import { unknown, type Architecture, type SourceRange } from '../../architecture/architecture';
import type { DefinitionReader, ReadContext } from '../definitionReader';
import { withoutLayers } from '../withoutLayers';
import type { Budget } from '../python/budget';
import { construct } from '../python/calls';
import { ancestors } from '../python/classes';
import { constructionsOf, firstKnown, type Construction } from '../python/constructions';
import { directiveOver, splitInput } from '../python/directives';
import { calledIn, decoratedLine, headerOf } from '../python/headers';
import { TOO_MUCH, type Interpreter } from '../python/interpreter';
import type { Scope } from '../python/scope';
import { childrenOf, field, isImported } from '../python/syntax';
import type { ClassValue } from '../python/values';
import { callOf } from '../python/expressionCalls';
import { evaluateCall } from './evaluateCall';
import { Composer } from './forward/compose';
import { directiveShape } from './forward/inputShapes';
import { boundArguments, givenArguments } from '../python/givenArguments';
import { LastReading } from './lastReading';
import { ModuleValue } from './moduleValue';
import { toArchitecture } from './toArchitecture';
import { PytorchEvaluation } from './pytorchEvaluation';
import { isModuleBase } from './torchLibrary';

/**
 * Reads PyTorch: every class of the module level that derives from `nn.Module` or a layer, constructed with what its directive, its
 * callers or its defaults say, and every `nn.Sequential(…)` that is assigned to a name there.
 */
export class PytorchReader implements DefinitionReader {
  /** Least recently read first. */
  private readonly kept = new Map<string, { readonly evaluation: PytorchEvaluation; readonly last: LastReading | undefined }>();

  mayDefine(text: string): boolean {
    return text.includes('torch');
  }

  read(root: Node, context: ReadContext): Architecture[] {
    if (context.path === undefined || context.call !== undefined)
      return new PytorchSource(root, context, new PytorchEvaluation(root, context)).read();
    const key = JSON.stringify([context.path, context.folders]);
    const kept = this.kept.get(key);
    this.kept.delete(key);
    const setting = JSON.stringify([context.studied, context.trained, root.text.includes('_log_api_usage_once')]);
    const same = kept?.evaluation.modules.isCurrent() ? kept.last?.in(root, setting) : undefined;
    if (!same) kept?.evaluation.restart(root);
    const evaluation = kept?.evaluation ?? new PytorchEvaluation(root, context);
    const found = same ?? new PytorchSource(root, context, evaluation).read();
    this.kept.set(key, { evaluation, last: kept && LastReading.of(root, setting, found) });
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!);
    return found;
  }
}

/** Files whose imports and last results are kept. */
const KEPT = 4;

/** One source while it is read. */
class PytorchSource {
  private readonly budget: Budget;
  private readonly classes: readonly ClassValue[];
  readonly interpreter: Interpreter;
  readonly scope: Scope;
  private readonly composer: Composer;

  constructor(
    readonly root: Node,
    private readonly context: ReadContext,
    { budget, classes, interpreter, scope, modules }: PytorchEvaluation,
  ) {
    this.budget = budget;
    this.classes = classes;
    this.interpreter = interpreter;
    this.scope = scope;
    this.composer = new Composer(modules, context);
  }

  read(): Architecture[] {
    this.interpreter.runModule(this.root, this.scope);
    if (this.context.call !== undefined) return this.readCall(this.context.call);
    const chains = childrenOf(this.root).flatMap(statement => this.readSequence(statement));
    const lines = this.root.tree.text.split('\n');
    const classes = this.classes
      .filter(({ node }) => !isImported(node))
      .filter(isDefinition)
      .map(classValue => this.readClass(classValue, lines));
    return [...chains, ...classes.filter(found => found !== undefined)].sort((left, right) => left.range.startLine - right.range.startLine);
  }

  /** The model that an expression makes. */
  private readCall(text: string): Architecture[] {
    const { call: expression, input } = splitInput(text);
    const { name, range } = calledIn(expression, this.scope);
    const { scope, interpreter, composer } = this;
    const evaluated = () =>
      evaluateCall(expression, name, range, scope, interpreter, this.context.sources, composer, directiveShape(input));
    return [this.bounded(name, range, evaluated)];
  }

  /** `name = nn.Sequential(…)` at module level. */
  private readSequence(statement: Node): Architecture[] {
    const name = sequenceName(statement);
    if (name === undefined) return [];
    const range = headerOf(statement);
    const found = this.bounded(name, range, () => {
      const module = this.scope.get(name);
      if (!(module instanceof ModuleValue) || module.base !== 'torch.nn.Sequential' || module.classValue) return undefined;
      return this.composer.compose(toArchitecture(name, range, module), module, new Map());
    });
    return found ? [found] : [];
  }

  private readClass(classValue: ClassValue, lines: readonly string[]): Architecture | undefined {
    const range = headerOf(classValue.node);
    return this.bounded(classValue.name, range, () =>
      firstKnown(constructionsOf(classValue, range, this, this.directed(classValue, range, lines)), one =>
        this.built(classValue, range, one),
      ),
    );
  }

  /** The construction that is said over a class. */
  private directed(classValue: ClassValue, range: SourceRange, lines: readonly string[]): Construction | undefined {
    const directive = directiveOver(lines, decoratedLine(classValue.node), classValue.name, this.context.studied);
    if (!directive) return undefined;
    const { source, line, input } = directive;
    const call = callOf(directive.call, { ...range, startLine: line, endLine: line }, this.scope, this.interpreter, this.context.sources);
    return { call, source, line, input };
  }

  private built(classValue: ClassValue, range: SourceRange, { call, source, line, input }: Construction): Architecture | undefined {
    this.budget.renew();
    const instance = construct(classValue, call, this.interpreter);
    if (!(instance instanceof ModuleValue)) return undefined;
    const architecture = { ...toArchitecture(classValue.name, range, instance), arguments: givenArguments(classValue, call, source, line) };
    return this.composer.compose(architecture, instance, boundArguments(classValue, call) ?? new Map(), directiveShape(input));
  }

  private bounded<T>(name: string, range: SourceRange, work: () => T): T | Architecture {
    return this.budget.bounded<T | Architecture>(work, () => withoutLayers('pytorch', name, range, unknown(TOO_MUCH, range.startLine)));
  }
}

const isDefinition = (classValue: ClassValue): boolean =>
  ancestors(classValue).some(ancestor => ancestor.kind === 'reference' && isModuleBase(ancestor.path));

/** The name that a statement binds to a call of `Sequential`. */
function sequenceName(statement: Node): string | undefined {
  const assignment = statement.type === 'expression_statement' ? childrenOf(statement)[0] : undefined;
  const target = assignment?.type === 'assignment' ? field(assignment, 'left') : undefined;
  const callee = assignment && field(field(assignment, 'right') ?? assignment, 'function');
  return target?.type === 'identifier' && callee?.text.endsWith('Sequential') ? target.text : undefined;
}
