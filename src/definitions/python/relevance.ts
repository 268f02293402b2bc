import type { Node } from '../syntaxNode';
import { boundNames, freeNames } from './freeNames';
import { isLibraryModule } from './modules';
import { childrenOf, field } from './syntax';

/** What a top-level statement has to do with the others; everything errs on the side of more. */
interface Role {
  readonly text: string;
  /** Every word in it but for comments and texts: more than what it may look up. */
  readonly words: ReadonlySet<string>;
  /** What it looks up around it; found out when it is asked for. */
  readonly mentions: () => ReadonlySet<string>;
  readonly binds: readonly string[];
  /** It matters whatever it mentions: a class, a star import, a chain of layers. */
  readonly isRoot: boolean;
  /** Carrying it out may change what it mentions. */
  readonly runs: boolean;
  /** It binds names of packages that are not read, which nothing changes. */
  readonly isLibraryImport: boolean;
}

const known = new WeakMap<Node, Role>();

/**
 * The top-level statements of a source that may have a say in what its classes and chains of layers are: these, what they mention, what that mentions, and
 * what may change any of it. A function that nothing of them mentions and a table that none uses are left out. Undefined where the text is broken at that level.
 */
export function relevantStatements(root: Node): readonly Node[] | undefined {
  const statements = childrenOf(root);
  if (statements.some(({ isError }) => isError)) return undefined;
  const roles = statements.map(roleOf);
  const binders = new Map<string, number[]>();
  for (const [place, { binds }] of roles.entries()) for (const name of binds) binders.set(name, [...(binders.get(name) ?? []), place]);
  const made = statements.flatMap(statement =>
    statement.type === 'class_definition' || isDecoratedClass(statement) ? [nameOf(statement)] : [],
  );
  const relevant = new Set<number>();
  const names = new Set<string>();
  const changeable = new Set<string>();
  const add = (place: number): void => {
    const open = [place];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (relevant.has(next)) continue;
      relevant.add(next);
      for (const word of roles[next]!.mentions()) {
        const places = binders.get(word);
        if (!places || names.has(word)) continue;
        names.add(word);
        if (!places.every(each => roles[each]!.isLibraryImport)) changeable.add(word);
        open.push(...places);
      }
    }
  };
  for (const [place, { isRoot, text }] of roles.entries()) if (isRoot || made.some(name => text.includes(`${name}(`))) add(place);
  const running = [...roles.keys()].filter(place => roles[place]!.runs);
  const reached = new Map(running.map(place => [place, reachedNames(place, roles, binders)]));
  for (let before = -1; before !== relevant.size;) {
    before = relevant.size;
    for (const place of running) if (!relevant.has(place) && [...reached.get(place)!].some(name => changeable.has(name))) add(place);
  }
  return statements.filter((_, place) => relevant.has(place));
}

/** The top-level names that a statement leads to, through what binds them. */
function reachedNames(start: number, roles: readonly Role[], binders: ReadonlyMap<string, readonly number[]>): ReadonlySet<string> {
  const names = new Set<string>();
  const open = [start];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const word of roles[next]!.words) {
      const places = binders.get(word);
      if (!places || names.has(word)) continue;
      names.add(word);
      open.push(...places);
    }
  return names;
}

function roleOf(statement: Node): Role {
  const before = known.get(statement);
  const { text } = statement;
  if (before?.text === text) return before;
  const words = new Set(wordsOf([text.replace(TEXTS, found => (found.startsWith('#') ? '' : /^\w*[fF]/.test(found) ? found : '_'))]));
  let free: ReadonlySet<string> | undefined;
  const role = {
    text,
    words,
    mentions: () => (free ??= /^import_/.test(statement.type) ? new Set() : freeNames(statement)),
    ...kindOf(statement),
  };
  known.set(statement, role);
  return role;
}

/** Comments and literal texts, as they are met from the left. */
const TEXTS = /#.*|[a-zA-Z]{0,2}("""|''')[^]*?\1|[a-zA-Z]{0,2}"(?:\\[^]|[^"\\\n])*"|[a-zA-Z]{0,2}'(?:\\[^]|[^'\\\n])*'/g;

const ROOT = { binds: [], isRoot: true, runs: false, isLibraryImport: false };

function kindOf(statement: Node): Omit<Role, 'text' | 'words' | 'mentions'> {
  const definition = statement.type === 'decorated_definition' ? (field(statement, 'definition') ?? statement) : statement;
  if (definition.type === 'class_definition') return { ...ROOT, binds: [nameOf(statement)] };
  if (definition.type === 'function_definition') {
    const decorators = childrenOf(statement).filter(({ type }) => type === 'decorator');
    const runs = decorators.some(({ text }) => !NOTING.test(text)) || (field(definition, 'parameters')?.text.includes('(', 1) ?? true);
    return { binds: [nameOf(statement)], isRoot: false, runs, isLibraryImport: false };
  }
  if (/^import_/.test(statement.type)) {
    const names = statement.childrenForFieldName('name').map(name => (field(name, 'name') ?? name).text);
    const modules = statement.type === 'import_statement' ? names : [field(statement, 'module_name')?.text ?? ''];
    const isRoot = childrenOf(statement).some(({ type }) => type === 'wildcard_import');
    return { binds: boundNames(statement), isRoot, runs: false, isLibraryImport: modules.every(isLibraryModule) };
  }
  const [expression] = statement.type === 'expression_statement' ? childrenOf(statement) : [];
  if (expression?.type === 'string') return { ...ROOT, isRoot: false };
  const [left, right] = expression?.type === 'assignment' ? [field(expression, 'left'), field(expression, 'right')] : [];
  if (left?.type !== 'identifier' || !right || right.type === 'assignment')
    return { ...ROOT, isRoot: false, runs: true, binds: boundNames(statement) };
  const callee = right.type === 'call' ? field(right, 'function') : undefined;
  const isChain = callee?.text.endsWith('Sequential') ?? false;
  return { binds: [left.text], isRoot: isChain, runs: right.text.includes('('), isLibraryImport: false };
}

/** Decorators that only note a function down. */
const NOTING = /^@\s*([\w.]*[._])?register(_\w+)?$/;

const isDecoratedClass = (statement: Node): boolean =>
  statement.type === 'decorated_definition' && field(statement, 'definition')?.type === 'class_definition';

const nameOf = (statement: Node): string => {
  const definition = statement.type === 'decorated_definition' ? field(statement, 'definition') : statement;
  return (definition && field(definition, 'name')?.text) ?? '';
};

const wordsOf = (texts: readonly string[]): string[] => texts.flatMap(text => text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
