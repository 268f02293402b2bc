import { unknown, type Unknown } from '../../architecture/architecture';
import { Budget } from '../python/budget';
import type { Node } from '../syntaxNode';
import { asText, operate, truth } from './operators';
import { childrenOf, descendants, field, lineOf, rangeOf, written } from './syntax';
import {
  array,
  boolean,
  LibraryValue,
  NOTHING,
  number,
  object,
  putInDoubt,
  Scope,
  text,
  undecided,
  undecidedBy,
  type Call,
  type FunctionValue,
  type Value,
} from './values';

/** What a library adds to the language. Each method answers undefined for what it does not know. */
export interface Library {
  /** What an imported module stands for. */
  importPath(module: string): string | undefined;
  /** A name that nothing in the source declares. */
  global(name: string): Value | undefined;
  call(path: string, call: Call): Value | undefined;
  attribute(value: LibraryValue, name: string): Value | undefined;
  /** `value.name = assigned`; false when that is not followed. */
  assign(value: LibraryValue, name: string, assigned: Value): boolean;
  /** Whether a function that is not known leaves what it is handed alone. */
  isHarmless(path: string): boolean;
}

/** How a run of statements ended; `lost`: whether it jumped is not decided. */
export type Completion = undefined | { readonly jump: 'return'; readonly value: Value } | { readonly jump: 'break' | 'continue' | 'lost' };

const MAXIMUM_ROUNDS = 2000;
const MAXIMUM_ITEMS = 4096;

const LOST_WHY = 'whether this line is reached is not decided';

/**
 * Evaluates what model code needs of JavaScript and TypeScript, without running it: constants, arithmetic, objects, arrays, functions, loops
 * with known bounds. What the source does not decide becomes undecided, with its reason and line. Throws `Exhausted` when the budget is spent.
 */
export class Evaluator {
  constructor(
    private readonly library: Library,
    private readonly budget: Budget,
  ) {}

  run(statements: readonly Node[], scope: Scope): Completion {
    return this.budget.enter(() => {
      for (const statement of statements) this.hoist(statement, scope);
      for (const [index, statement] of statements.entries()) {
        const end = this.budget.enter(() => this.statement(statement, scope));
        if (end?.jump === 'lost') this.doubt(statements.slice(index + 1), scope, unknown(LOST_WHY, lineOf(statement)));
        if (end) return end;
      }
      return undefined;
    });
  }

  evaluate(node: Node, scope: Scope): Value {
    return this.budget.enter(() => (node.isMissing || node.isError ? this.notFollowed(node) : this.expression(node, scope)));
  }

  /** Calls a function of the source; a parameter that is neither given nor has a default is undecided. */
  callFunction(callee: FunctionValue, call: Call): Value {
    const inside = new Scope(callee.scope);
    if (callee.self) inside.declare('this', callee.self);
    const formals = field(callee.node, 'parameters') ?? field(callee.node, 'parameter');
    const each = formals?.type === 'identifier' ? [formals] : formals ? childrenOf(formals) : [];
    each.forEach((formal, index) => this.bindFormal(formal, call.values[index], index, call, callee, inside));
    const body = field(callee.node, 'body');
    if (!body) return NOTHING;
    if (body.type !== 'statement_block') return this.evaluate(body, inside);
    const end = this.run(childrenOf(body), inside);
    if (end?.jump === 'lost') return undecided(`what ${callee.name} returns is not decided`, lineOf(callee.node));
    return end?.jump === 'return' ? end.value : NOTHING;
  }

  private bindFormal(formal: Node, given: Value | undefined, index: number, call: Call, callee: FunctionValue, scope: Scope): void {
    const inner =
      formal.type === 'required_parameter' || formal.type === 'optional_parameter' ? (field(formal, 'pattern') ?? formal) : formal;
    const [target, fallback] =
      inner.type === 'assignment_pattern' ? [field(inner, 'left') ?? inner, field(inner, 'right')] : [inner, field(formal, 'value')];
    if (target.type === 'rest_pattern') {
      this.bind(childrenOf(target)[0] ?? target, array(call.values.slice(index)), scope);
      return;
    }
    const missing = () => undecided(`the parameter \`${written(target)}\` of ${callee.name} has no default`, lineOf(formal));
    const value = given && given.kind !== 'nothing' ? given : fallback ? this.evaluate(fallback, scope) : (given ?? missing());
    this.bind(target, value, scope);
  }

  private hoist(node: Node, scope: Scope): void {
    const declaration = node.type === 'export_statement' ? field(node, 'declaration') : node;
    if (declaration?.type !== 'function_declaration' && declaration?.type !== 'generator_function_declaration') return;
    const name = field(declaration, 'name')?.text ?? '';
    scope.declare(name, this.functionOf(declaration, name, scope));
  }

  private functionOf(node: Node, name: string, scope: Scope): Value {
    if (node.hasError) return undecided(`${name} does not parse as it stands`, lineOf(node));
    return { kind: 'function', name, node, scope };
  }

  private statement(node: Node, scope: Scope): Completion {
    if (node.isError || (node.hasError && !BLOCKS.has(node.type)))
      return this.doubt([node], scope, unknown('this line does not parse as it stands', lineOf(node)));
    switch (node.type) {
      case 'export_statement': {
        const declaration = field(node, 'declaration') ?? field(node, 'value');
        return declaration && !declaration.type.includes('class') && STATEMENTS.has(declaration.type)
          ? this.statement(declaration, scope)
          : undefined;
      }
      case 'import_statement':
        this.importNames(node, scope);
        return undefined;
      case 'expression_statement':
        for (const child of childrenOf(node)) this.evaluate(child, scope);
        return undefined;
      case 'lexical_declaration':
      case 'variable_declaration':
        for (const declarator of childrenOf(node)) this.declare(declarator, scope);
        return undefined;
      case 'return_statement': {
        const [value] = childrenOf(node);
        return { jump: 'return', value: value ? this.evaluate(value, scope) : NOTHING };
      }
      case 'statement_block':
        return this.run(childrenOf(node), new Scope(scope));
      case 'if_statement':
        return this.runIf(node, scope);
      case 'for_statement':
        return this.runFor(node, scope);
      case 'for_in_statement':
        return this.runForOf(node, scope);
      case 'switch_statement':
        return this.runSwitch(node, scope);
      case 'while_statement':
        return this.loop(node, new Scope(scope), field(node, 'condition'), undefined);
      case 'try_statement': {
        const body = field(node, 'body');
        const handlers = childrenOf(node).filter(child => child.type === 'catch_clause');
        const end = body && this.run(childrenOf(body), new Scope(scope));
        return end ?? this.doubt(handlers, scope, unknown('whether this `catch` runs is not decided', lineOf(node)));
      }
      case 'break_statement':
        return { jump: 'break' };
      case 'continue_statement':
        return { jump: 'continue' };
      case 'throw_statement':
        return { jump: 'lost' };
      default:
        return HARMLESS.has(node.type)
          ? undefined
          : this.doubt([node], scope, unknown(`\`${written(node, 24)}\` is not followed`, lineOf(node)));
    }
  }

  private declare(declarator: Node, scope: Scope): void {
    const [target, value] = [field(declarator, 'name'), field(declarator, 'value')];
    if (!target) return;
    const result = value ? this.evaluate(value, scope) : NOTHING;
    this.bind(target, result.kind === 'function' && target.type === 'identifier' ? { ...result, name: target.text } : result, scope);
  }

  /** Binds the names of a pattern. */
  private bind(target: Node, value: Value, scope: Scope): void {
    const reason = value.kind === 'undecided' ? value.reason : unknown(`\`${written(target)}\` is not known`, lineOf(target));
    if (target.type === 'identifier' || target.type === 'shorthand_property_identifier_pattern') scope.declare(target.text, value);
    else if (target.type === 'assignment_pattern') {
      const fallback = field(target, 'right');
      this.bind(field(target, 'left') ?? target, value.kind === 'nothing' && fallback ? this.evaluate(fallback, scope) : value, scope);
    } else if (target.type === 'array_pattern') {
      const items = value.kind === 'array' && !value.doubt ? value.items : undefined;
      let place = 0;
      for (const item of target.children) {
        if (item.type === ',') place++;
        else if (item.type === 'rest_pattern')
          this.bind(childrenOf(item)[0] ?? item, items ? array(items.slice(place)) : undecidedBy(reason), scope);
        else if (item.isNamed && item.type !== 'comment') this.bind(item, items ? (items[place] ?? NOTHING) : undecidedBy(reason), scope);
      }
    } else if (target.type === 'object_pattern') {
      for (const item of childrenOf(target)) {
        const key = (field(item, 'key') ?? field(item, 'left') ?? item).text;
        const found = value.kind === 'undecided' ? value : this.member(value, key, item);
        const fallback = field(item, 'right');
        const bound = found.kind === 'nothing' && fallback ? this.evaluate(fallback, scope) : found;
        this.bind(field(item, 'value') ?? field(item, 'left') ?? item, bound, scope);
      }
    } else for (const node of descendants([target])) if (node.type.includes('identifier')) scope.declare(node.text, undecidedBy(reason));
  }

  private importNames(node: Node, scope: Scope): void {
    const module = field(node, 'source')?.text.slice(1, -1) ?? '';
    const path = this.library.importPath(module);
    const foreign = (name: string): Value => undecided(`\`${name}\` comes from \`${module}\``, lineOf(node));
    for (const part of descendants(childrenOf(node).filter(child => child.type === 'import_clause'))) {
      if (part.type === 'import_specifier') {
        const name = field(part, 'name')?.text ?? '';
        scope.declare(
          (field(part, 'alias') ?? field(part, 'name') ?? part).text,
          path === undefined ? foreign(name) : { kind: 'reference', path: `${path}.${name}` },
        );
      } else if (part.type === 'identifier' && part.parent?.type !== 'import_specifier')
        scope.declare(part.text, path === undefined ? foreign(part.text) : { kind: 'reference', path });
    }
  }

  private runIf(node: Node, scope: Scope): Completion {
    const [condition, yes, otherwise] = [field(node, 'condition'), field(node, 'consequence'), field(node, 'alternative')];
    if (!condition) return undefined;
    const value = this.evaluate(condition, scope);
    const holds = truth(value);
    const branches = [yes, otherwise && childrenOf(otherwise)[0]].filter(branch => branch !== undefined);
    if (holds === undefined) {
      const taken = branches.filter(branch => !onlyThrows(branch));
      return this.doubt(taken, scope, reasonOf(value, `\`${written(condition)}\` is not decided`, lineOf(condition)));
    }
    const branch = holds ? yes : otherwise && childrenOf(otherwise)[0];
    return branch && this.statement(branch, scope);
  }

  private runSwitch(node: Node, scope: Scope): Completion {
    const [subject, body] = [field(node, 'value'), field(node, 'body')];
    if (!subject || !body) return undefined;
    const value = this.evaluate(subject, scope);
    const cases = childrenOf(body);
    const tests = cases.map(each => (each.type === 'switch_case' ? field(each, 'value') : undefined));
    const matches = tests.map(test => (test ? operate('===', value, this.evaluate(test, scope)) : boolean(false)));
    const unclear = matches.some(match => match?.kind !== 'boolean');
    if (unclear) return this.doubt(cases, scope, reasonOf(value, `\`${written(subject)}\` is not decided`, lineOf(node)));
    const chosen = matches.findIndex(match => match?.kind === 'boolean' && match.value);
    const first = chosen >= 0 ? chosen : cases.findIndex(each => each.type === 'switch_default');
    if (first < 0) return undefined;
    const inside = new Scope(scope);
    const end = this.run(
      cases.slice(first).flatMap(each => each.childrenForFieldName('body')),
      inside,
    );
    return end?.jump === 'break' ? undefined : end;
  }

  private runFor(node: Node, scope: Scope): Completion {
    const inside = new Scope(scope);
    const start = field(node, 'initializer');
    if (start && start.type !== 'empty_statement') {
      const end = STATEMENTS.has(start.type) ? this.statement(start, inside) : void this.evaluate(start, inside);
      if (end) return end;
    }
    return this.loop(node, inside, field(node, 'condition'), field(node, 'increment'));
  }

  private loop(node: Node, scope: Scope, condition: Node | undefined, increment: Node | undefined): Completion {
    const body = field(node, 'body');
    if (!body) return undefined;
    const test = condition?.type === 'expression_statement' ? childrenOf(condition)[0] : condition;
    for (let round = 0; round < MAXIMUM_ROUNDS; round++) {
      const value: Value = test && test.type !== 'empty_statement' ? this.evaluate(test, scope) : boolean(true);
      const holds = truth(value);
      if (holds === false) return undefined;
      if (holds === undefined) return this.doubt([body], scope, reasonOf(value, `\`${written(node, 24)}\` is not decided`, lineOf(node)));
      const end = this.statement(body, scope);
      if (end?.jump === 'break') return undefined;
      if (end && end.jump !== 'continue') return end;
      if (increment) this.evaluate(increment, scope);
    }
    return this.doubt([body], scope, unknown('this loop runs too often to be followed', lineOf(node)));
  }

  private runForOf(node: Node, scope: Scope): Completion {
    const [target, source, body] = [field(node, 'left'), field(node, 'right'), field(node, 'body')];
    if (!target || !source || !body) return undefined;
    const value = this.evaluate(source, scope);
    if (value.kind !== 'array' || value.doubt || field(node, 'operator')?.type !== 'of')
      return this.doubt([body], scope, reasonOf(value, `\`${written(source)}\` is not known`, lineOf(source)));
    for (const item of [...value.items]) {
      const inside = new Scope(scope);
      this.bind(target, item, inside);
      const end = this.statement(body, inside);
      if (end?.jump === 'break') return undefined;
      if (end && end.jump !== 'continue') return end;
    }
    return undefined;
  }

  /** Statements that are not carried out: what they assign and what they may change is in doubt from here on. */
  private doubt(nodes: readonly Node[], scope: Scope, reason: Unknown): Completion {
    let jumps = false;
    for (const node of descendants(nodes)) {
      this.budget.spend(1 / 16);
      if (node.type === 'identifier' || node.type === 'this') putInDoubt(scope.get(node.text), reason);
      if (node.type === 'assignment_expression' || node.type === 'augmented_assignment_expression' || node.type === 'update_expression') {
        const target = field(node, 'left') ?? field(node, 'argument');
        if (target?.type === 'identifier') scope.assign(target.text, undecidedBy(reason));
      }
      if (JUMPS.has(node.type)) jumps = true;
    }
    return jumps ? { jump: 'lost' } : undefined;
  }

  private notFollowed(node: Node): Value {
    return undecided(`\`${written(node)}\` is not followed`, lineOf(node));
  }

  private expression(node: Node, scope: Scope): Value {
    switch (node.type) {
      case 'number':
        return Number.isNaN(Number(node.text.replaceAll('_', ''))) ? this.notFollowed(node) : number(Number(node.text.replaceAll('_', '')));
      case 'string':
        return node.text.includes('\\') ? this.notFollowed(node) : text(node.text.slice(1, -1));
      case 'template_string':
        return this.template(node, scope);
      case 'true':
      case 'false':
        return boolean(node.type === 'true');
      case 'null':
      case 'undefined':
        return NOTHING;
      case 'identifier':
      case 'this':
      case 'shorthand_property_identifier':
        return this.name(node, scope);
      case 'parenthesized_expression':
      case 'await_expression':
      case 'non_null_expression':
      case 'as_expression':
      case 'satisfies_expression':
        return this.inner(node, scope);
      case 'type_assertion':
        return this.evaluate(childrenOf(node).at(-1) ?? node, scope);
      case 'array':
        return this.arrayOf(node, scope);
      case 'object':
        return this.objectOf(node, scope);
      case 'arrow_function':
      case 'function_expression':
      case 'function':
        return {
          kind: 'function',
          name: 'function',
          node,
          scope,
          ...(scope.get('this') && node.type === 'arrow_function' ? { self: scope.get('this') } : {}),
        };
      case 'unary_expression':
        return this.unary(node, scope);
      case 'binary_expression':
        return this.binary(node, scope);
      case 'ternary_expression': {
        const test = this.evaluate(field(node, 'condition') ?? node, scope);
        const holds = truth(test);
        if (holds === undefined) return undecidedBy(reasonOf(test, `\`${written(node)}\` is not decided`, lineOf(node)));
        return this.evaluate(field(node, holds ? 'consequence' : 'alternative') ?? node, scope);
      }
      case 'assignment_expression':
        return this.assign(field(node, 'left'), this.evaluate(field(node, 'right') ?? node, scope), scope);
      case 'augmented_assignment_expression': {
        const [left, right] = [field(node, 'left'), field(node, 'right')];
        if (!left || !right) return this.notFollowed(node);
        const operator = (field(node, 'operator')?.type ?? '').replace(/=$/, '');
        return this.assign(left, this.applied(operator, this.evaluate(left, scope), this.evaluate(right, scope), node), scope);
      }
      case 'update_expression': {
        const target = field(node, 'argument');
        const before = target ? this.evaluate(target, scope) : NOTHING;
        return this.assign(target, this.applied(node.text.includes('++') ? '+' : '-', before, number(1), node), scope);
      }
      case 'member_expression':
      case 'subscript_expression':
        return this.memberExpression(node, scope);
      case 'call_expression':
        return this.callExpression(node, scope);
      case 'sequence_expression': {
        const values = childrenOf(node).map(child => this.evaluate(child, scope));
        return values.at(-1) ?? NOTHING;
      }
      case 'new_expression': {
        const values = this.arguments(node, scope);
        const reason = unknown(`\`${written(node)}\` is not followed`, lineOf(node));
        for (const value of values) putInDoubt(value, reason);
        return undecidedBy(reason);
      }
      default:
        return this.notFollowed(node);
    }
  }

  private inner(node: Node, scope: Scope): Value {
    const [child] = childrenOf(node);
    return child ? this.evaluate(child, scope) : this.notFollowed(node);
  }

  private name(node: Node, scope: Scope): Value {
    if (node.text === 'undefined') return NOTHING;
    return scope.get(node.text) ?? this.library.global(node.text) ?? { kind: 'reference', path: node.text };
  }

  private template(node: Node, scope: Scope): Value {
    let joined = '';
    for (const part of childrenOf(node)) {
      if (part.type === 'string_fragment') joined += part.text;
      else {
        const value = part.type === 'template_substitution' ? this.inner(part, scope) : this.notFollowed(part);
        const word = asText(value);
        if (word === undefined) return undecidedBy(reasonOf(value, `\`${written(node)}\` is not known`, lineOf(node)));
        joined += word;
      }
    }
    return text(joined);
  }

  private arrayOf(node: Node, scope: Scope): Value {
    const items: Value[] = [];
    let doubt = hasHoles(node) ? unknown(`\`${written(node)}\` has holes`, lineOf(node)) : undefined;
    for (const child of childrenOf(node)) {
      if (child.type === 'spread_element') {
        const value = this.inner(child, scope);
        if (value.kind === 'array' && !value.doubt) items.push(...value.items);
        else doubt ??= reasonOf(value, `\`${written(child)}\` is not known`, lineOf(child));
        this.budget.spend(items.length / 16);
      } else items.push(this.evaluate(child, scope));
    }
    return array(items, doubt);
  }

  private objectOf(node: Node, scope: Scope): Value {
    const made = object();
    for (const child of childrenOf(node)) {
      if (child.type === 'pair') {
        const key = field(child, 'key');
        const name = key?.type === 'string' ? key.text.slice(1, -1) : (key?.text ?? '');
        const value = this.evaluate(field(child, 'value') ?? child, scope);
        if (key?.type === 'computed_property_name') made.doubt ??= unknown(`\`${written(child)}\` is not followed`, lineOf(child));
        else made.properties.set(name, value);
      } else if (child.type === 'shorthand_property_identifier') made.properties.set(child.text, this.evaluate(child, scope));
      else if (child.type === 'spread_element') {
        const value = this.inner(child, scope);
        if (value.kind === 'object') for (const [name, item] of value.properties) made.properties.set(name, item);
        const open =
          value.kind === 'object'
            ? value.doubt
            : value.kind === 'nothing'
              ? undefined
              : reasonOf(value, `\`${written(child)}\` is not known`, lineOf(child));
        made.doubt ??= open;
      } else if (child.type === 'method_definition') {
        const name = field(child, 'name')?.text ?? '';
        made.properties.set(name, this.functionOf(child, name, scope));
      }
    }
    return made;
  }

  private unary(node: Node, scope: Scope): Value {
    const operator = field(node, 'operator')?.type ?? '';
    const value = this.evaluate(field(node, 'argument') ?? node, scope);
    const holds = truth(value);
    if (operator === '!' && holds !== undefined) return boolean(!holds);
    if (operator === '-' && value.kind === 'number') return number(-value.value);
    if (operator === '+' && value.kind === 'number') return value;
    return undecidedBy(reasonOf(value, `\`${written(node)}\` is not known`, lineOf(node)));
  }

  private binary(node: Node, scope: Scope): Value {
    const [left, right] = [field(node, 'left'), field(node, 'right')];
    const operator = field(node, 'operator')?.type ?? '';
    if (!left || !right) return this.notFollowed(node);
    const first = this.evaluate(left, scope);
    if (operator === '&&' || operator === '||' || operator === '??') {
      const holds = operator === '??' ? (first.kind === 'undecided' ? undefined : first.kind !== 'nothing') : truth(first);
      if (holds === undefined) return undecidedBy(reasonOf(first, `\`${written(node)}\` is not decided`, lineOf(node)));
      return holds === (operator === '&&') ? this.evaluate(right, scope) : first;
    }
    return this.applied(operator, first, this.evaluate(right, scope), node);
  }

  private applied(operator: string, left: Value, right: Value, node: Node): Value {
    const value = operate(operator, left, right);
    if (value) return value;
    const open = [left, right].find(each => each.kind === 'undecided');
    return undecidedBy(reasonOf(open ?? left, `\`${written(node)}\` is not known`, lineOf(node)));
  }

  private assign(target: Node | undefined, value: Value, scope: Scope): Value {
    if (target?.type === 'identifier') scope.assign(target.text, value);
    else if (target?.type === 'member_expression' || target?.type === 'subscript_expression') {
      const holder = this.evaluate(field(target, 'object') ?? target, scope);
      const key = this.keyOf(target, scope);
      if (holder.kind === 'object' && key !== undefined) holder.properties.set(key, value);
      else if (!(holder.kind === 'library' && key !== undefined && this.library.assign(holder, key, value)))
        putInDoubt(holder, unknown(`\`${written(target)}\` is not followed`, lineOf(target)));
    } else if (target) this.bind(target, value, scope);
    return value;
  }

  private keyOf(node: Node, scope: Scope): string | undefined {
    const property = field(node, 'property');
    if (property) return property.text;
    const index = field(node, 'index');
    return index && asText(this.evaluate(index, scope));
  }

  private memberExpression(node: Node, scope: Scope): Value {
    const value = this.evaluate(field(node, 'object') ?? node, scope);
    const key = this.keyOf(node, scope);
    return key === undefined ? undecided(`\`${written(node)}\` is not known`, lineOf(node)) : this.member(value, key, node);
  }

  private member(value: Value, key: string, node: Node): Value {
    switch (value.kind) {
      case 'undecided':
        return value;
      case 'reference':
        return { kind: 'reference', path: `${value.path}.${key}` };
      case 'object': {
        const found = value.properties.get(key);
        if (value.doubt) return undecidedBy(value.doubt);
        if (!found && value.open) return undecidedBy(value.open);
        return found?.kind === 'function' ? { ...found, self: value } : (found ?? NOTHING);
      }
      case 'array':
        if (value.doubt) return undecidedBy(value.doubt);
        if (key === 'length') return number(value.items.length);
        return /^\d+$/.test(key) ? (value.items[Number(key)] ?? NOTHING) : this.arrayMethod(value.items, key, node);
      case 'library':
        return this.library.attribute(value, key) ?? undecided(`\`${key}\` is not known here`, lineOf(node));
      default:
        return undecided(`\`${written(node)}\` is not followed`, lineOf(node));
    }
  }

  private arrayMethod(items: Value[], name: string, node: Node): Value {
    const each = (call: Call, use: (result: Value, item: Value) => void): void => {
      const [callee] = call.values;
      items.forEach((item, index) => {
        this.budget.spend(1);
        const inner: Call = { ...call, values: [item, number(index), array(items)] };
        use(callee ? this.call(callee, inner) : NOTHING, item);
      });
    };
    const methods: Readonly<Record<string, (call: Call) => Value>> = {
      push: call => {
        if (items.length + call.values.length > MAXIMUM_ITEMS) return this.notFollowed(node);
        items.push(...call.values);
        return number(items.length);
      },
      forEach: call => {
        each(call, () => undefined);
        return NOTHING;
      },
      map: call => {
        const results: Value[] = [];
        each(call, result => results.push(result));
        return array(results);
      },
      slice: ({ values: [from, to] }) => {
        const bounds = [from, to].map(bound => (bound?.kind === 'number' ? bound.value : undefined));
        return [from, to].some(bound => bound && bound.kind !== 'number' && bound.kind !== 'nothing')
          ? this.notFollowed(node)
          : array(items.slice(bounds[0], bounds[1]));
      },
      concat: ({ values }) => {
        const known = values.every(value => value.kind === 'array' && !value.doubt);
        return known ? array([...items, ...values.flatMap(value => (value.kind === 'array' ? value.items : []))]) : this.notFollowed(node);
      },
      reverse: () => array(items.reverse()),
      pop: () => items.pop() ?? NOTHING,
    };
    return Object.hasOwn(methods, name) ? { kind: 'builtin', call: methods[name]! } : this.notFollowed(node);
  }

  private arguments(node: Node, scope: Scope): Value[] {
    const list = field(node, 'arguments');
    return (list ? childrenOf(list) : []).flatMap(argument => {
      if (argument.type !== 'spread_element') return [this.evaluate(argument, scope)];
      const value = this.inner(argument, scope);
      return value.kind === 'array' && !value.doubt
        ? value.items
        : [undecidedBy(reasonOf(value, `\`${written(argument)}\` is not known`, lineOf(argument)))];
    });
  }

  private callExpression(node: Node, scope: Scope): Value {
    const written_ = field(node, 'function') ?? node;
    const callee = this.evaluate(written_, scope);
    const call: Call = { values: this.arguments(node, scope), range: rangeOf(node), type: written(written_) };
    if (callee.kind === 'reference' && callee.path === 'require') {
      const [module] = call.values;
      const path = module?.kind === 'string' ? this.library.importPath(module.value) : undefined;
      return path === undefined ? undecided(`\`${written(node)}\` is another file`, lineOf(node)) : { kind: 'reference', path };
    }
    return this.call(callee, call);
  }

  private call(callee: Value, call: Call): Value {
    const line = call.range.startLine;
    if (callee.kind === 'function') return this.callFunction(callee, call);
    if (callee.kind === 'builtin') return callee.call(call);
    if (callee.kind === 'reference') {
      const value = callKnown(callee.path, call) ?? this.library.call(callee.path, call);
      if (value) return value;
    }
    const why = `\`${call.type}(…)\` is not known`;
    const reason = callee.kind === 'undecided' ? callee.reason : unknown(why, line);
    const harmless = callee.kind === 'reference' && this.library.isHarmless(callee.path);
    if (!harmless) for (const value of call.values) putInDoubt(value, reason);
    return undecidedBy(reason);
  }
}

/** Compound statements, which are followed as far as they parse. */
const BLOCKS = new Set([
  'export_statement',
  'lexical_declaration',
  'variable_declaration',
  'statement_block',
  'if_statement',
  'function_declaration',
]);

const STATEMENTS = new Set(['lexical_declaration', 'variable_declaration', 'function_declaration', 'expression_statement']);

/** Statements that bind nothing that a model is made of, or are looked at where they are called. */
const HARMLESS = new Set(
  `function_declaration generator_function_declaration class_declaration abstract_class_declaration empty_statement comment hash_bang_line
   interface_declaration type_alias_declaration ambient_declaration function_signature debugger_statement`.split(/\s+/),
);

const JUMPS = new Set(['return_statement', 'break_statement', 'continue_statement', 'throw_statement']);

const onlyThrows = (branch: Node): boolean =>
  branch.type === 'throw_statement' ||
  (branch.type === 'statement_block' && childrenOf(branch).every(({ type }) => type === 'throw_statement'));

/** Whether an array leaves out an item between commas. */
const hasHoles = (node: Node): boolean =>
  node.children.some(({ type }, index) => type === ',' && [',', '['].includes(node.children[index - 1]?.type ?? ''));

export const reasonOf = (value: Value, why: string, line: number): Unknown =>
  value.kind === 'undecided' ? value.reason : unknown(why, line);

const MATH: Readonly<Record<string, (...values: number[]) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  pow: Math.pow,
  log2: Math.log2,
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
};

/** The value of a call of the language's own functions; undefined for those that are not followed. */
function callKnown(path: string, call: Call): Value | undefined {
  const [first] = call.values;
  if (path === 'Array.isArray' && first && first.kind !== 'undecided') return boolean(first.kind === 'array');
  if (path === 'parseInt' && first?.kind === 'number') return number(Math.trunc(first.value));
  return callMath(path, call);
}

function callMath(path: string, { values }: Call): Value | undefined {
  const [module, name = ''] = path.split('.');
  if (module !== 'Math' || !Object.hasOwn(MATH, name) || !values.every(value => value.kind === 'number')) return undefined;
  return number(MATH[name]!(...values.map(({ value }) => value)));
}
