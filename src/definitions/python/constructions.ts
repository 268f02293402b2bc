import type { Architecture, ArgumentSource, SourceRange } from '../../architecture/architecture';
import type { Node } from '../syntaxNode';
import { callersOf, needsArguments } from './callers';
import { formalsOf, type FormalsOf } from './givenArguments';
import { callRange } from './headers';
import type { Interpreter } from './interpreter';
import type { Scope } from './scope';
import type { Call, ClassValue } from './values';

/** One way to construct a class, and what says so. */
export interface Construction {
  readonly call: Call;
  readonly source: ArgumentSource;
  /** Zero-based line of the comment or call; of the definition, where nothing but defaults is known. */
  readonly line: number;
  /** The shape of one input, as a comment writes it. */
  readonly input?: string;
}

/** A source that was evaluated. */
export interface EvaluatedModule {
  readonly root: Node;
  readonly scope: Scope;
  readonly interpreter: Interpreter;
}

/**
 * How a class may be constructed, likeliest first: as its directive says and in no other way, else as the file's one caller does, else with nothing but
 * its defaults, which do not do where arguments are needed. Callers are looked for once the first is asked for.
 */
export function* constructionsOf(
  classValue: ClassValue,
  range: SourceRange,
  { root, scope, interpreter }: EvaluatedModule,
  directed: Construction | undefined,
  formals: FormalsOf = formalsOf,
): Generator<Construction, void> {
  const site = callRange(classValue, range);
  if (directed) {
    yield { ...directed, call: { ...directed.call, range: site } };
    return;
  }
  const callers = callersOf(classValue, root, scope, interpreter, formals);
  const [caller] = callers;
  const isNeeded = needsArguments(classValue, formals);
  if (caller && (callers.length === 1 || isNeeded)) {
    yield { call: { ...caller, range: site }, source: 'caller', line: caller.range.startLine };
    if (isNeeded) return;
  }
  const none: Call = { positional: [], keywords: new Map(), range: site, type: classValue.name };
  yield { call: none, source: 'default', line: range.startLine };
}

/** The first construction whose parameters are all known, else the last. */
export function firstKnown(
  constructions: Iterable<Construction>,
  read: (construction: Construction) => Architecture | undefined,
): Architecture | undefined {
  let last: Architecture | undefined;
  for (const construction of constructions) {
    last = read(construction);
    if (last?.parameterCount.known) break;
  }
  return last;
}
