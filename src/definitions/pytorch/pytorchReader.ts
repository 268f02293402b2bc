import type { Node } from '../syntaxNode';
import { unknown, type Architecture, type ArgumentSource, type SourceRange, type Unknown } from '../../architecture/architecture';
import type { DefinitionReader, ReadContext } from '../definitionReader';
import { Exhausted, type Budget } from '../python/budget';
import { construct } from '../python/calls';
import { ancestors } from '../python/classes';
import { directiveOver, splitInput } from '../python/directives';
import { callRange, decoratedLine, headerOf } from '../python/headers';
import { TOO_MUCH, type Interpreter } from '../python/interpreter';
import type { Scope } from '../python/scope';
import { childrenOf, field, isImported } from '../python/syntax';
import type { Call, ClassValue } from '../python/values';
import { callersOf, needsArguments } from '../python/callers';
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
  private readonly interpreter: Interpreter;
  private readonly scope: Scope;
  private readonly composer: Composer;

  constructor(
    private readonly root: Node,
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
    const name = /^[\w.]+/.exec(expression)?.[0] ?? expression;
    const made = this.scope.get(name);
    const node = made?.kind === 'class' ? made.node : made?.kind === 'function' ? made.body.parent : undefined;
    const range = node && !isImported(node) ? headerOf(node) : { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 };
    this.budget.renew();
    return [
      this.exhaustible(
        () =>
          evaluateCall(expression, name, range, this.scope, this.interpreter, this.context.sources, this.composer, directiveShape(input)),
        () => withoutLayers(name, range, unknown(TOO_MUCH, range.startLine)),
      ),
    ];
  }

  /** `name = nn.Sequential(…)` at module level. */
  private readSequence(statement: Node): Architecture[] {
    const name = sequenceName(statement);
    if (name === undefined) return [];
    const range = headerOf(statement);
    this.budget.renew();
    return this.exhaustible(
      () => {
        const module = this.scope.get(name);
        if (!(module instanceof ModuleValue) || module.base !== 'torch.nn.Sequential' || module.classValue) return [];
        return [this.composer.compose(toArchitecture(name, range, module), module, new Map())];
      },
      () => [withoutLayers(name, range, unknown(TOO_MUCH, range.startLine))],
    );
  }

  private readClass(classValue: ClassValue, lines: readonly string[]): Architecture | undefined {
    this.budget.renew();
    const range = headerOf(classValue.node);
    return this.exhaustible(
      () => this.construct(classValue, range, lines),
      () => withoutLayers(classValue.name, range, unknown(TOO_MUCH, range.startLine)),
    );
  }

  /** Constructs a class as its directive says, else as the file's one caller does, else with nothing but its defaults. */
  private construct(classValue: ClassValue, range: SourceRange, lines: readonly string[]): Architecture | undefined {
    const directive = directiveOver(lines, decoratedLine(classValue.node), classValue.name, this.context.studied);
    if (directive) {
      const site = { ...range, startLine: directive.line, endLine: directive.line };
      const call = callOf(directive.call, site, this.scope, this.interpreter, this.context.sources);
      const { source, line, input } = directive;
      return this.built(classValue, range, { ...call, range: callRange(classValue, range) }, source, line, input);
    }
    const callers = callersOf(classValue, this.root, this.scope, this.interpreter);
    const [caller] = callers;
    if (caller && (callers.length === 1 || needsArguments(classValue))) {
      const found = this.built(classValue, range, { ...caller, range: callRange(classValue, range) }, 'caller', caller.range.startLine);
      if (found?.parameterCount.known) return found;
    }
    const none: Call = { positional: [], keywords: new Map(), range: callRange(classValue, range), type: classValue.name };
    return this.built(classValue, range, none, 'default', range.startLine);
  }

  private built(
    classValue: ClassValue,
    range: SourceRange,
    call: Call,
    source: ArgumentSource,
    line: number,
    input?: string,
  ): Architecture | undefined {
    this.budget.renew();
    const instance = construct(classValue, call, this.interpreter);
    if (!(instance instanceof ModuleValue)) return undefined;
    const architecture = { ...toArchitecture(classValue.name, range, instance), arguments: givenArguments(classValue, call, source, line) };
    return this.composer.compose(architecture, instance, boundArguments(classValue, call) ?? new Map(), directiveShape(input));
  }

  private exhaustible<T>(work: () => T, otherwise: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof Exhausted) return otherwise();
      throw error;
    }
  }
}

const isDefinition = (classValue: ClassValue): boolean =>
  ancestors(classValue).some(ancestor => ancestor.kind === 'reference' && isModuleBase(ancestor.path));

function withoutLayers(name: string, range: SourceRange, reason: Unknown): Architecture {
  return { framework: 'pytorch', name, range, layers: [], parameterCount: reason };
}

/** The name that a statement binds to a call of `Sequential`. */
function sequenceName(statement: Node): string | undefined {
  const assignment = statement.type === 'expression_statement' ? childrenOf(statement)[0] : undefined;
  const target = assignment?.type === 'assignment' ? field(assignment, 'left') : undefined;
  const callee = assignment && field(field(assignment, 'right') ?? assignment, 'function');
  return target?.type === 'identifier' && callee?.text.endsWith('Sequential') ? target.text : undefined;
}
