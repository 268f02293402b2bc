import type { Node } from '../syntaxNode';
import { namesDoubtedBy } from './doubt';
import { boundNames, freeNames } from './freeNames';
import { isLibraryModule } from './modules';
import { isFollowed } from './statements';
import { childrenOf, field } from './syntax';

/** What a top-level statement has to do with the others; everything errs on the side of more. */
interface Role {
  readonly text: string;
  readonly type: string;
  readonly hasError: boolean;
  /** It is not followed, or not all of it. */
  readonly isBroken: boolean;
  /** Every word in it but for comments and texts: more than what it may look up. */
  readonly words: ReadonlySet<string>;
  /** What it looks up around it; found out when it is asked for. */
  mentions?: ReadonlySet<string>;
  readonly binds: readonly string[];
  /** The classes in it and the chain of layers that it makes, by their names. */
  readonly makes: readonly string[];
  /** What it may construct, where it is no class. */
  readonly calls: ReadonlySet<string>;
  /** It may bind any name: `from module import *`. */
  readonly isWildcard: boolean;
  /** Carrying it out may change what it mentions. */
  readonly runs: boolean;
  /** It binds names of packages that are not read, which nothing changes. */
  readonly isLibraryImport: boolean;
}

/**
 * How the top-level statements of a source hang together: which of them may have a say in what each of its definitions is. That are the definition itself,
 * what it mentions, what that mentions, what may change any of it, and what constructs it. A function that nothing of them mentions and a table that none
 * uses are left out.
 */
export class Relevance {
  readonly statements: readonly Node[];
  /** The places of the statements that define something: classes, chains of layers, and whatever holds a class. */
  readonly definitions: readonly number[];
  private readonly wildcards: readonly number[];
  private readonly roles: readonly Role[];
  private readonly binders = new Map<string, number[]>();
  private readonly callers = new Map<string, number[]>();
  /** The statements that are carried out and lead to a name, by names. */
  private readonly reachedBy = new Map<string, number[]>();
  private readonly said: ReadonlyMap<number, string>;
  private readonly found = new Map<number, readonly number[]>();

  /** `before` is what held for another version of the source, and `said` what is said outside its code about a definition. */
  constructor(root: Node, said: (statement: Node, names: readonly string[]) => string = () => '', before?: Relevance) {
    this.statements = childrenOf(root);
    const known = new Map(before?.roles.map(role => [role.text, role]));
    this.roles = this.statements.map(statement => roleOf(statement, known));
    const places = [...this.roles.keys()];
    this.definitions = places.filter(place => this.roles[place]!.makes.length > 0);
    this.said = new Map(this.definitions.map(place => [place, said(this.statements[place]!, this.roles[place]!.makes)]));
    this.wildcards = places.filter(place => this.roles[place]!.isWildcard);
    if (before?.roles.length === this.roles.length && before.roles.every((role, place) => role === this.roles[place])) {
      ({ binders: this.binders, callers: this.callers, reachedBy: this.reachedBy } = before);
      return;
    }
    for (const [place, { binds, calls }] of this.roles.entries()) {
      for (const name of binds) addTo(this.binders, name, place);
      for (const name of calls) addTo(this.callers, name, place);
    }
    for (const place of places)
      if (this.roles[place]!.runs) for (const name of this.reachedNames(place)) addTo(this.reachedBy, name, place);
  }

  /** What tells a definition from the others: the names that it binds. */
  nameOf(place: number): string {
    return this.roles[place]!.makes.join(' ');
  }

  /** What is said outside the code about a definition. */
  saidOf(place: number): string {
    return this.said.get(place) ?? '';
  }

  /** What tells one version of a statement from another: the very same as long as nothing in it changes. */
  versionOf(place: number): unknown {
    return this.roles[place];
  }

  /** The places of the statements that have a say in what one of them defines, in order. */
  of(place: number): readonly number[] {
    const known = this.found.get(place);
    if (known) return known;
    const { roles, binders, callers, reachedBy } = this;
    const relevant = new Set<number>();
    const names = new Set<string>();
    const open = [place, ...roles[place]!.makes.flatMap(name => callers.get(name) ?? []), ...this.wildcards];
    const mention = (word: string): void => {
      const places = names.has(word) ? undefined : binders.get(word);
      if (!places) return;
      names.add(word);
      open.push(...places);
      if (!places.every(each => roles[each]!.isLibraryImport)) open.push(...(reachedBy.get(word) ?? []));
    };
    wordsOf(this.saidOf(place)).forEach(mention);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (relevant.has(next)) continue;
      relevant.add(next);
      const role = roles[next]!;
      (role.mentions ??= mentioned(this.statements[next]!, role)).forEach(mention);
    }
    const result = [...relevant].sort((left, right) => left - right);
    this.found.set(place, result);
    return result;
  }

  /** The top-level names that a statement leads to, through what binds them. */
  private reachedNames(start: number): ReadonlySet<string> {
    const names = new Set<string>();
    const open = [start];
    for (let next = open.pop(); next !== undefined; next = open.pop())
      for (const word of this.roles[next]!.words) {
        const places = this.binders.get(word);
        if (!places || names.has(word)) continue;
        names.add(word);
        open.push(...places);
      }
    return names;
  }
}

function addTo(map: Map<string, number[]>, name: string, place: number): void {
  const before = map.get(name);
  if (before) before.push(place);
  else map.set(name, [place]);
}

function roleOf(statement: Node, known: ReadonlyMap<string, Role>): Role {
  const { type, text } = statement;
  // What stands before something that cannot be parsed may be the half of it.
  const hasError = statement.hasError || (statement.nextSibling?.isError ?? false);
  const before = known.get(text);
  if (before?.type === type && before.hasError === hasError) return before;
  const kind = kindOf(statement);
  const isBroken = hasError || !isFollowed(statement);
  const code = isBroken ? text : text.replace(TEXTS, found => (found.startsWith('#') ? '' : /^\w*[fF]/.test(found) ? found : '_'));
  const words = new Set(isBroken ? statement.descendantsOfType('identifier').map(({ text: name }) => name) : wordsOf(code));
  const classes = /\bclass\b/.test(code) ? statement.descendantsOfType('class_definition').map(nameOf) : [];
  const isClass = definitionIn(statement).type === 'class_definition';
  return {
    // A copy: a part of the source's text would keep all of it.
    text: `${text} `.slice(0, -1),
    type,
    hasError,
    isBroken,
    words,
    ...kind,
    makes: [...classes, ...kind.makes],
    calls: isClass ? NONE : new Set(Array.from(text.matchAll(CALL), ([, name]) => name!)),
  };
}

function mentioned(statement: Node, { isBroken, words }: Role): ReadonlySet<string> {
  if (isBroken) return words;
  return /^import_/.test(statement.type) ? NONE : freeNames(statement);
}

const NONE: ReadonlySet<string> = new Set();

/** Comments and literal texts, as they are met from the left. */
const TEXTS = /#.*|[a-zA-Z]{0,2}("""|''')[^]*?\1|[a-zA-Z]{0,2}"(?:\\[^]|[^"\\\n])*"|[a-zA-Z]{0,2}'(?:\\[^]|[^'\\\n])*'/g;

const CALL = /([\p{L}_][\p{L}\p{N}_]*)\(/gu;

const PLAIN = { binds: [] as readonly string[], makes: [] as readonly string[], isWildcard: false, runs: false, isLibraryImport: false };

function kindOf(statement: Node): typeof PLAIN {
  const definition = definitionIn(statement);
  const decorators = childrenOf(statement).filter(({ type }) => type === 'decorator');
  if (definition.type === 'class_definition')
    return { ...PLAIN, binds: [nameOf(definition)], runs: !decorators.every(isHarmless) || mayRun(definition) };
  if (definition.type === 'function_definition')
    return { ...PLAIN, binds: [nameOf(definition)], runs: decorators.some(({ text }) => !NOTING.test(text)) || hasCallIn(definition) };
  if (!isFollowed(statement)) return { ...PLAIN, binds: [...boundNames(statement), ...namesDoubtedBy([statement])], runs: true };
  if (/^import_/.test(statement.type)) {
    const names = statement.childrenForFieldName('name').map(name => (field(name, 'name') ?? name).text);
    const modules = statement.type === 'import_statement' ? names : [field(statement, 'module_name')?.text ?? ''];
    const isWildcard = childrenOf(statement).some(({ type }) => type === 'wildcard_import');
    return { ...PLAIN, binds: boundNames(statement), isWildcard, isLibraryImport: modules.every(isLibraryModule) };
  }
  const [expression] = statement.type === 'expression_statement' ? childrenOf(statement) : [];
  if (expression?.type === 'string') return PLAIN;
  const [left, right] = expression?.type === 'assignment' ? [field(expression, 'left'), field(expression, 'right')] : [];
  if (left?.type !== 'identifier' || !right || right.type === 'assignment')
    return { ...PLAIN, runs: true, binds: boundAnyhow(statement), isWildcard: statement.descendantsOfType('wildcard_import').length > 0 };
  const callee = right.type === 'call' ? field(right, 'function') : undefined;
  const makes = callee?.text.endsWith('Sequential') ? [left.text] : [];
  return { ...PLAIN, binds: [left.text], makes, runs: right.text.includes('(') };
}

/** What statements inside one another bind or unbind, everything that a pattern names among it. */
const boundAnyhow = (statement: Node): string[] => [
  ...boundNames(statement),
  ...['case_pattern', 'delete_statement']
    .flatMap(type => statement.descendantsOfType(type))
    .flatMap(each => each.descendantsOfType('identifier'))
    .map(({ text }) => text),
];

/** Whether defining a class may change anything but the class: a call in its body or in its header, a decorator that is not known. */
const mayRun = (definition: Node): boolean =>
  (field(definition, 'superclasses')?.text.includes('(', 1) ?? false) ||
  childrenOf(field(definition, 'body') ?? definition).some(member => {
    const inner = definitionIn(member);
    if (inner.type !== 'function_definition' || member.hasError)
      return member.hasError || !/^(pass_statement|expression_statement)$/.test(member.type) || member.text.includes('(');
    return hasCallIn(inner) || (inner !== member && !childrenOf(member).every(part => part.type !== 'decorator' || isHarmless(part)));
  });

/** Whether the parameters of a function hold a call, or anything in brackets. */
const hasCallIn = (definition: Node): boolean => field(definition, 'parameters')?.text.includes('(', 1) ?? true;

/** Decorators that change nothing but what they stand over. */
const isHarmless = ({ text }: Node): boolean =>
  /^@\s*(property|staticmethod|classmethod|abstractmethod|override|\w+\.setter|dataclass\b.*|(torch|functools|abc|typing)\.\w.*)$/.test(
    text,
  );

/** Decorators that only note a function down. */
const NOTING = /^@\s*([\w.]*[._])?register(_\w+)?$/;

/** What a statement defines, decorators aside; itself where it defines nothing. */
const definitionIn = (statement: Node): Node =>
  statement.type === 'decorated_definition' ? (field(statement, 'definition') ?? statement) : statement;

const nameOf = (definition: Node): string => field(definition, 'name')?.text ?? '';

const wordsOf = (text: string): string[] => text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];
