import type { Node } from '../syntaxNode';
import { unknown, type Architecture, type SourceRange } from '../../architecture/architecture';
import type { DefinitionReader, ReadContext } from '../definitionReader';
import { withoutLayers } from '../withoutLayers';
import type { Budget } from '../python/budget';
import { construct } from '../python/calls';
import { ancestors } from '../python/classes';
import { constructionsOf, firstKnown, type Construction } from '../python/constructions';
import { directiveOver, directivesOver, splitInput } from '../python/directives';
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
import { Relevance } from '../python/relevance';
import { Snapshot } from '../python/snapshot';
import { LastReading, type Found } from './lastReading';
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
  private readonly kept = new Map<string, Kept>();

  mayDefine(text: string): boolean {
    return text.includes('torch');
  }

  read(root: Node, context: ReadContext): Architecture[] {
    if (context.path === undefined || context.call !== undefined) return readWhole(root, context, new PytorchEvaluation(root, context));
    const key = JSON.stringify([context.path, context.folders]);
    const before = this.kept.get(key);
    this.kept.delete(key);
    const evaluation = before?.evaluation ?? new PytorchEvaluation(root, context);
    const { last, found } = before ? readAfter(before, root, context) : { last: undefined, found: readWhole(root, context, evaluation) };
    this.kept.set(key, { evaluation, last });
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!);
    return found;
  }
}

/** Files whose imports and last results are kept. */
const KEPT = 4;

/** What evaluates a file, and what was last found in it; undefined until the file is edited and what it imports is kept. */
interface Kept {
  readonly evaluation: PytorchEvaluation;
  readonly last: LastReading | undefined;
}

/** Reads everything that a source defines, or what an expression makes in it. */
function readWhole(root: Node, context: ReadContext, evaluation: PytorchEvaluation): Architecture[] {
  const source = new PytorchSource(root, context, evaluation);
  source.run();
  return context.call === undefined ? source.read().map(([found]) => found) : source.readCall(context.call);
}

/** Reads one version of a file after another: only those definitions again in which anything that has a say changed. */
function readAfter(
  before: Kept,
  root: Node,
  context: ReadContext,
): { readonly last: LastReading | undefined; readonly found: Architecture[] } {
  const { evaluation } = before;
  const { trained, studied = {}, program } = context;
  const setting = JSON.stringify([studied, trained, program, root.text.includes('_log_api_usage_once')]);
  const lines = root.tree.text.split('\n');
  const said = ({ startPosition }: Node, names: readonly string[]) =>
    [directivesOver(lines, startPosition.row), ...names.map(name => (Object.hasOwn(studied, name) ? studied[name] : ''))].join('\n');
  const relevance = new Relevance(root, said, before.last?.relevance);
  const { statements, definitions } = relevance;
  const places = new Map(statements.map((statement, place) => [statement, place]));
  let isApart = before.last?.isApart ?? false;
  const again = (wanted?: readonly number[]): Found => {
    evaluation.restart(root);
    const source = new PytorchSource(root, context, evaluation);
    const needed = wanted && new Set(wanted.flatMap(place => relevance.of(place)));
    source.run(needed && statements.filter((_, place) => needed.has(place)));
    const state = new Snapshot([evaluation.scope]);
    const found = new Map<number, readonly Architecture[]>((wanted ?? definitions).map(place => [place, []]));
    const read = source.read(wanted && (statement => found.has(places.get(statement)!)));
    for (const [architecture, statement] of read) {
      const place = places.get(statement)!;
      found.set(place, [...(found.get(place) ?? []), architecture]);
    }
    isApart = evaluation.budget.isAmple && state.isSame() && evaluation.modules.isUntouched;
    return found;
  };
  let found = (evaluation.modules.isCurrent() && before.last?.in(relevance, setting)) || undefined;
  const changed = definitions.filter(place => !found?.has(place));
  if (found?.size && changed.length > 0) {
    const read = again(changed);
    found = isApart ? new Map([...found, ...read]) : undefined;
  }
  found = found?.size === definitions.length ? found : again();
  const isWhole = evaluation.modules.isSettled && found.size === definitions.length;
  const all = [...found].sort(([left], [right]) => left - right).flatMap(([, each]) => each);
  const last = isWhole ? LastReading.of(relevance, setting, isApart, found) : undefined;
  return { last, found: all.sort(byLine) };
}

const byLine = (left: Architecture, right: Architecture): number => left.range.startLine - right.range.startLine;

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

  /** Carries out the statements of the source, or some of them; everything else comes after. */
  run(statements?: readonly Node[]): void {
    this.interpreter.runModule(this.root, this.scope, statements);
  }

  /** What the statements in some places define, each with the statement. */
  read(isWanted: (statement: Node) => boolean = () => true): readonly (readonly [Architecture, Node])[] {
    const chains = childrenOf(this.root).flatMap(statement =>
      isWanted(statement) ? this.readSequence(statement).map(found => [found, statement] as const) : [],
    );
    const lines = this.root.tree.text.split('\n');
    const classes = this.classes
      .filter(({ node }) => !isImported(node))
      .filter(isDefinition)
      .filter(({ node }) => isWanted(this.statementOf(node)))
      .flatMap(classValue => {
        const found = this.readClass(classValue, lines);
        return found ? [[found, this.statementOf(classValue.node)] as const] : [];
      });
    return [...chains, ...classes].sort(([left], [right]) => byLine(left, right));
  }

  private statementOf(node: Node): Node {
    let statement = node;
    while (statement.parent && statement.parent !== this.root) statement = statement.parent;
    return statement;
  }

  /** The model that an expression makes. */
  readCall(text: string): Architecture[] {
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
