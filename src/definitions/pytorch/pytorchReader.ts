import type { Node } from '../syntaxNode';
import { unknown, type Architecture, type SourceRange, type Unknown } from '../../architecture/architecture';
import type { DefinitionReader } from '../definitionReader';
import { Budget, Exhausted } from '../python/budget';
import { construct } from '../python/calls';
import { ancestors, findMember } from '../python/classes';
import { doubtStatements } from '../python/doubt';
import { Interpreter } from '../python/interpreter';
import { Scope } from '../python/scope';
import { childrenOf, field, lineOf, rangeOf } from '../python/syntax';
import type { Call, ClassValue } from '../python/values';
import { ModuleValue } from './moduleValue';
import { toArchitecture } from './toArchitecture';
import { isModuleBase, TorchLibrary } from './torchLibrary';

/** Nodes that are visited at most for one file, and for one statement or definition of it. */
const TOTAL_STEPS = 400_000;
const STEPS = 60_000;

const TOO_MUCH = 'it takes too many steps to evaluate';

/**
 * Reads PyTorch: every class of the module level that derives from `nn.Module` or a layer, constructed with its defaults, and every
 * `nn.Sequential(…)` that is assigned to a name there.
 */
export class PytorchReader implements DefinitionReader {
  mayDefine(text: string): boolean {
    return text.includes('torch');
  }

  read(root: Node): Architecture[] {
    const budget = new Budget(TOTAL_STEPS, STEPS);
    const classes: ClassValue[] = [];
    const found: Architecture[] = [];
    const interpreter = new Interpreter(new TorchLibrary(), budget, classValue => classes.push(classValue));
    const scope = new Scope();
    for (const statement of childrenOf(root)) {
      budget.renew();
      exhaustible(
        () => void interpreter.run([statement], scope),
        () => doubtStatements([statement], scope, unknown(TOO_MUCH, lineOf(statement))),
      );
      const assigned = sequentialOf(statement, scope);
      if (assigned) found.push(toArchitecture(assigned.name, headerOf(statement), assigned.module));
    }
    for (const classValue of classes.filter(isDefinition)) {
      budget.renew();
      const range = headerOf(classValue.node);
      const architecture = exhaustible(
        () => readClass(classValue, range, interpreter),
        () => withoutLayers(classValue.name, range, unknown(TOO_MUCH, range.startLine)),
      );
      if (architecture) found.push(architecture);
    }
    return found.sort((left, right) => left.range.startLine - right.range.startLine);
  }
}

function exhaustible<T>(work: () => T, otherwise: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Exhausted) return otherwise();
    throw error;
  }
}

const isDefinition = (classValue: ClassValue): boolean =>
  ancestors(classValue).some(ancestor => ancestor.kind === 'reference' && isModuleBase(ancestor.path));

/** Constructs the class with nothing but its defaults; the line of an argument without one is where `__init__` stands. */
function readClass(classValue: ClassValue, range: SourceRange, interpreter: Interpreter): Architecture | undefined {
  const initialiser = findMember(classValue, '__init__');
  const method = initialiser && 'member' in initialiser && initialiser.member.kind === 'function' ? initialiser.member : undefined;
  const startLine = method ? lineOf(method.body.parent ?? method.body) : range.startLine;
  const call: Call = { positional: [], keywords: new Map(), range: { ...range, startLine }, type: classValue.name };
  const instance = construct(classValue, call, interpreter);
  return instance instanceof ModuleValue ? toArchitecture(classValue.name, range, instance) : undefined;
}

function withoutLayers(name: string, range: SourceRange, reason: Unknown): Architecture {
  return { framework: 'pytorch', name, range, layers: [], parameterCount: reason };
}

/** The header of a definition: from its start to the end of its first line or of its class header. */
function headerOf(node: Node): SourceRange {
  const body = field(node, 'body');
  const end = body ? (body.previousSibling?.endPosition ?? node.startPosition) : firstLineEnd(node);
  return { ...rangeOf(node), endLine: end.row, endColumn: end.column };
}

function firstLineEnd(node: Node): { row: number; column: number } {
  const { startPosition: start, endPosition: end } = node;
  return start.row === end.row ? end : { row: start.row, column: start.column + node.text.indexOf('\n') };
}

/** `name = nn.Sequential(…)` at module level. */
function sequentialOf(statement: Node, scope: Scope): { readonly name: string; readonly module: ModuleValue } | undefined {
  const assignment = statement.type === 'expression_statement' ? childrenOf(statement)[0] : undefined;
  const target = assignment?.type === 'assignment' ? field(assignment, 'left') : undefined;
  if (target?.type !== 'identifier') return undefined;
  const module = scope.get(target.text);
  const isSequential = module instanceof ModuleValue && module.base === 'torch.nn.Sequential' && !module.classValue;
  return isSequential ? { name: target.text, module } : undefined;
}
