import type { Node } from '../syntaxNode';
import { unknown, type SourceRange } from '../../architecture/architecture';
import { Exhausted, type Budget } from './budget';
import { callBuiltin, isPureBuiltin, mayReturnArgument } from './builtins';
import { callFunction, construct, doubtArguments, initialise, plainResult, refuse } from './calls';
import { classOf, findMember } from './classes';
import type { Completion, Context, Library } from './context';
import { doubtStatements } from './doubt';
import { lineageOf, Raised } from './exceptions';
import { EXPRESSIONS, lookUp } from './expressions';
import { methodOf } from './methods';
import { Modules, type ModuleRunner } from './modules';
import { arithmetic } from './operators';
import type { Scope } from './scope';
import { runStatements } from './statements';
import { childrenOf, lineOf, markImported, written } from './syntax';
import {
  builtin,
  dictionary,
  InstanceValue,
  reference,
  tuple,
  undecided,
  type Call,
  type ClassValue,
  type FunctionValue,
  type Value,
} from './values';

/**
 * Evaluates Python's syntax without running it: what the source decides becomes a value, everything else an undecided value with
 * its reason and line. Work is bounded by the budget; throws `Exhausted` when that is spent.
 */
export class Interpreter implements Context, ModuleRunner {
  /** The innermost call in the file that is read. */
  private site: SourceRange = NO_RANGE;
  undecidedSoFar = 0;
  private isImporting = false;
  private importSteps = IMPORT_STEPS;
  /** The handlers around what is being evaluated, the innermost last. */
  private readonly handlers: ((lineage: readonly string[]) => boolean | undefined)[] = [];
  private watched: { readonly classValue: ClassValue; readonly calls: Call[] } | undefined;

  constructor(
    readonly library: Library,
    private readonly budget: Budget,
    /** Told of every class that is defined, in the order of the source. */
    readonly defined: (classValue: ClassValue) => void,
    readonly modules: Modules = new Modules(undefined),
  ) {}

  evaluate(node: Node, scope: Scope): Value {
    const rule = EXPRESSIONS[node.type];
    if (!rule || node.isMissing) return undecided(`\`${written(node)}\` is not followed`, lineOf(node));
    const value = this.budget.enter(() => rule(node, scope, this));
    if (value.kind === 'undecided' && !value.plain) this.undecidedSoFar++;
    return value;
  }

  /** Runs the statements of a module, or some of them, each with a share of its own; one that takes too much leaves what it binds in doubt. */
  runModule(root: Node, scope: Scope, statements: readonly Node[] = childrenOf(root)): void {
    this.budget.apart(() => {
      for (const statement of statements) {
        this.budget.renew();
        try {
          this.run([statement], scope);
        } catch (error) {
          if (!(error instanceof Exhausted)) throw error;
          doubtStatements([statement], scope, unknown(TOO_MUCH, lineOf(statement)));
        }
      }
    });
  }

  runImported(root: Node, scope: Scope): void {
    if (this.isImporting) {
      this.runModule(root, scope);
      return;
    }
    this.isImporting = true;
    try {
      this.importSteps = this.budget.aside(this.importSteps, () => this.runModule(root, scope));
    } finally {
      this.isImporting = false;
    }
  }

  /** Starts another read of the same file. */
  restart(total: number): void {
    this.budget.refill(total);
    this.importSteps = IMPORT_STEPS;
    this.handlers.length = 0;
    this.site = NO_RANGE;
  }

  nameIn(scope: Scope, name: string): Value | undefined {
    return lookUp(name, scope, this);
  }

  own(root: Node): void {
    markImported(root, () => this.site);
  }

  run(statements: readonly Node[], scope: Scope): Completion {
    return this.budget.enter(() => runStatements(statements, scope, this));
  }

  operate(operator: string, left: Value, right: Value, line: number): Value {
    const value = this.library.operate(operator, left, right, line) ?? arithmetic(operator, left, right, line);
    if (value.kind === 'sequence') this.spend(value.items.length / 16);
    const mayBeLayer = value.kind === 'undecided' && (left.kind === 'instance' || right.kind === 'instance');
    return mayBeLayer ? { ...value, plain: false } : value;
  }

  constructing(classValue: ClassValue, call: Call): void {
    if (this.watched?.classValue === classValue) this.watched.calls.push(call);
  }

  /** The constructions of one class that happen while something is evaluated, whatever else that comes to. */
  watch(classValue: ClassValue, work: () => void): Call[] {
    const watched = { classValue, calls: [] as Call[] };
    this.watched = watched;
    try {
      this.budget.apart(work);
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
    } finally {
      this.watched = undefined;
    }
    return watched.calls;
  }

  spend(steps: number): void {
    this.budget.spend(steps);
  }

  raise(lineage: readonly string[]): void {
    for (const taken of [...this.handlers].reverse()) {
      const takes = taken(lineage);
      if (takes) throw new Raised(lineage);
      if (takes === undefined) return;
    }
  }

  get isGuarded(): boolean {
    return this.handlers.length > 0;
  }

  guarded<T>(taken: (lineage: readonly string[]) => boolean | undefined, work: () => T): T {
    this.handlers.push(taken);
    try {
      return work();
    } finally {
      this.handlers.pop();
    }
  }

  call(callee: Value, call: Call): Value {
    const outer = this.site;
    this.site = call.range;
    try {
      return this.callValue(callee, call);
    } finally {
      this.site = outer;
    }
  }

  private callValue(callee: Value, call: Call): Value {
    switch (callee.kind) {
      case 'function':
        return callFunction(callee, call, this);
      case 'builtin': {
        if (!callee.bound) return callee.call(call);
        const { method, self } = callee.bound;
        return callFunction(method, { ...call, positional: [self, ...call.positional] }, this, self);
      }
      case 'partial': {
        const keywords = new Map([...callee.keywords, ...call.keywords]);
        return this.call(callee.callee, { ...call, positional: [...callee.positional, ...call.positional], keywords });
      }
      case 'class':
        return construct(callee, call, this);
      case 'reference':
        return this.callReference(callee.path, call);
      case 'undecided': {
        doubtArguments(call, callee.reason);
        return { ...callee, plain: callee.plain, call: { type: call.type, range: call.range } };
      }
      default: {
        const value = callee.kind === 'instance' ? this.library.callInstance(callee, call, this) : undefined;
        const own = !value && callee.kind === 'instance' ? this.methodOf(callee, '__call__') : undefined;
        if (own) return this.call(own, call);
        return value ?? refuse(call, `\`${call.type}(…)\` is not followed`);
      }
    }
  }

  attribute(value: Value, name: string, line: number): Value {
    switch (value.kind) {
      case 'undecided':
        return value.call ? { kind: 'undecided', reason: value.reason, plain: value.plain } : value;
      case 'reference':
        return attributeOfReference(value.path, name);
      case 'instance':
        return value.attributes.get(name) ?? this.memberOf(value, name) ?? this.special(value, name) ?? this.missing(value, name, line);
      case 'namespace': {
        const member = value.member(name);
        if (member) return member;
        break;
      }
      case 'class': {
        const found = findMember(value, name);
        if (name === '__name__' || name === '__qualname__') return { kind: 'string', value: value.name };
        if (found && 'member' in found) return found.member.kind === 'function' ? bindToClass(found.member, value, this) : found.member;
        break;
      }
      case 'super': {
        if (!value.instance.classValue) break;
        if (name === '__init__') return builtin(call => initialise(value.instance, value.instance.classValue!, value.after, call, this));
        const found = findMember(value.instance.classValue, name, value.after);
        if (found && 'member' in found) return this.bind(found.member, value.instance);
        const inherited = found && 'library' in found ? this.library.baseMethod?.(value.instance, name, found.library, this) : undefined;
        if (inherited) return inherited;
        break;
      }
      case 'function':
        if (name === '__name__' || name === '__qualname__') return { kind: 'string', value: value.name };
        if (name === '__module__') return { kind: 'string', value: value.scope.file ?? '__main__' };
        break;
      case 'partial':
        if (name === 'func') return value.callee;
        if (name === 'keywords') return dictionary(value.keywords);
        if (name === 'args') return tuple([...value.positional]);
        break;
      default: {
        const known = this.library.attribute(value, name, this) ?? methodOf(value, name, this);
        if (known) return known;
      }
    }
    return undecided(`\`${name}\` is not known here`, line);
  }

  private callReference(path: string, call: Call): Value {
    const value = callBuiltin(path, call, this) ?? this.library.call(path, call, this);
    if (value) return value;
    const [module = '', name = ''] = path.split('.');
    if (module !== 'builtins') {
      if (this.library.isHarmless(path)) return plainResult(call);
      return refuse(call, `\`${call.type}(…)\` is not known: \`${path}\` is not in this file`);
    }
    if (!isPureBuiltin(name)) return refuse(call, `\`${call.type}(…)\` is not followed here`);
    const isPlain = call.positional.every(value => value.kind !== 'instance' && (value.kind !== 'undecided' || value.plain));
    return mayReturnArgument(name) && !(isPlain && PLAIN_RESULTS.has(name))
      ? { ...undecided(`\`${call.type}(…)\` is not decided`, call.range.startLine) }
      : plainResult(call);
  }

  methodOf(instance: InstanceValue, name: string): Value | undefined {
    const found = instance.classValue && findMember(instance.classValue, name);
    return found && 'member' in found && found.member.kind === 'function' ? this.bind(found.member, instance) : undefined;
  }

  private memberOf(instance: InstanceValue, name: string): Value | undefined {
    const found = instance.classValue && findMember(instance.classValue, name);
    if (found && 'member' in found) return this.bind(found.member, instance);
    return this.library.attribute(instance, name, this);
  }

  /** `__class__`, `__dict__`, and what `__getattr__` of the source answers. */
  private special(instance: InstanceValue, name: string): Value | undefined {
    if (name === '__class__') return classOf(instance, this);
    if (name === '__dict__') return instance.doubts.length === 0 ? dictionary([...instance.attributes]) : undefined;
    const own = name.startsWith('__') ? undefined : this.methodOf(instance, '__getattr__');
    if (own) return this.call(own, { positional: [{ kind: 'string', value: name }], keywords: new Map(), range: NO_RANGE, type: name });
    if (instance.doubts.length === 0) this.raise(lineageOf('AttributeError'));
    return undefined;
  }

  private missing(instance: InstanceValue, name: string, line: number): Value {
    const reason = instance.doubts[0] ?? unknown(`\`${name}\` is not set before it is read`, line);
    return { kind: 'undecided', reason, plain: false };
  }

  private bind(member: Value, instance: InstanceValue): Value {
    if (member.kind === 'builtin' && member.isMethod)
      return builtin(call => member.call({ ...call, positional: [instance, ...call.positional] }));
    if (member.kind !== 'function') return member;
    const bound = (call: Call) => callFunction(member, { ...call, positional: [instance, ...call.positional] }, this, instance);
    switch (member.binding) {
      case 'static':
        return member;
      case 'class':
        return instance.classValue ? bindToClass(member, instance.classValue, this) : member;
      case 'property':
        return bound({ positional: [], keywords: new Map(), range: NO_RANGE, type: member.name });
      default:
        return { ...builtin(bound), bound: { method: member, self: instance } };
    }
  }
}

/** Functions that return their arguments' items or nothing else: of plain arguments something plain. */
const PLAIN_RESULTS = new Set(['list', 'tuple', 'sorted', 'reversed', 'min', 'max', 'sum', 'set']);

/** Steps that evaluating all modules that one file imports may take, apart from the file's own. */
const IMPORT_STEPS = 1_500_000;

/** Why something is in doubt that used up its share of steps. */
export const TOO_MUCH = 'it takes too many steps to evaluate';

const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E, tau: 2 * Math.PI, inf: Infinity };

/** A member of a library, or what is known of one: the name of a class, a constant of `math`. */
function attributeOfReference(path: string, name: string): Value {
  if (/^(math|numpy|np|torch)$/.test(path) && Object.hasOwn(CONSTANTS, name)) return { kind: 'float', value: CONSTANTS[name]! };
  const last = path.slice(path.lastIndexOf('.') + 1);
  const isNamed = (name === '__name__' || name === '__qualname__') && (/^[A-Z]/.test(last) || /^builtins\./.test(path));
  return isNamed ? { kind: 'string', value: last } : reference(`${path}.${name}`);
}

const NO_RANGE = { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 };

function bindToClass(member: FunctionValue, classValue: ClassValue, context: Context): Value {
  if (member.binding !== 'class') return member;
  return builtin(call => callFunction(member, { ...call, positional: [classValue, ...call.positional] }, context));
}
