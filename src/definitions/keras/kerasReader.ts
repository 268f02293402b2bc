import type { Architecture, SourceRange } from '../../architecture/architecture';
import type { DefinitionReader, ReadContext } from '../definitionReader';
import { KeptEvaluations } from '../python/keptEvaluations';
import { formalsOf, givenArguments } from '../python/givenArguments';
import { construct } from '../python/calls';
import { ancestors } from '../python/classes';
import { constructionsOf, firstKnown, type Construction } from '../python/constructions';
import { headerOf } from '../python/headers';
import { childrenOf, descendants, field, rangeOf } from '../python/syntax';
import type { Call, ClassValue } from '../python/values';
import type { Node } from '../syntaxNode';
import { shapeFrom } from './construct';
import { EvaluatedSource } from './evaluatedSource';
import { isKerasBase } from './kerasPaths';
import { KerasLibrary } from './kerasLibrary';
import { KerasLayer } from './kerasValues';
import { buildFor } from './models';
import { withProgram } from './program/withProgram';
import { toArchitecture } from './toArchitecture';

/**
 * Reads Keras: models that are assigned to a name at module level, functions there that return a model when they are called with
 * their directive's arguments or their defaults, and classes that derive from a model or a layer.
 */
export class KerasReader implements DefinitionReader {
  private readonly kept = new KeptEvaluations((root, context) => new KerasSource(root, context));

  mayDefine(text: string): boolean {
    return text.includes('keras');
  }

  read(root: Node, context: ReadContext): Architecture[] {
    return this.kept.of(root, context).read(context.call);
  }
}

/** One source while it is read. */
class KerasSource {
  private readonly library = new KerasLibrary();
  private readonly source: EvaluatedSource;

  constructor(root: Node, context: ReadContext) {
    this.source = new EvaluatedSource(root, context, this.library, 'keras');
  }

  restart(root: Node, context: ReadContext): void {
    this.library.restart();
    this.source.restart(root, context);
  }

  read(expression: string | undefined): Architecture[] {
    if (expression !== undefined) {
      this.library.resetNames();
      return this.source.readCall(expression, (name, range, model, input, again) => {
        this.buildAs(model, input, range);
        return this.finished(name, range, model, again);
      });
    }
    const assigned = this.assignedModels();
    const instances = [...this.library.models];
    const functions = this.functions().flatMap(([node, name]) => this.readFunction(node, name));
    const classes = this.source.own
      .filter(({ node }) => node.parent?.type !== 'block')
      .filter(isDefinition)
      .flatMap(classValue => this.readClass(classValue, instances));
    const variables = assigned
      .filter(({ callee }) => !functions.some(({ name }) => name === callee))
      .map(({ architecture }) => architecture);
    return [...variables, ...functions, ...classes].sort((left, right) => left.range.startLine - right.range.startLine);
  }

  /** Models that are assigned to names at module level, and the function that each comes from where it is one of the file. */
  private assignedModels(): { readonly architecture: Architecture; readonly callee: string | undefined }[] {
    const inside = (node: Node) => (/^(function|class)_definition$/.test(node.type) ? [] : node.children);
    const found: { architecture: Architecture; callee: string | undefined }[] = [];
    const told = new Set<KerasLayer>();
    for (const { node } of descendants(childrenOf(this.source.root), inside)) {
      const [left, right] = node.type === 'assignment' ? [field(node, 'left'), field(node, 'right')] : [];
      if (left?.type !== 'identifier' || !right) continue;
      const model = this.modelAt(rangeOf(right)) ?? this.source.named(left.text);
      if (!(model instanceof KerasLayer) || !model.isModel || model.classValue || told.has(model)) continue;
      told.add(model);
      const callee = right.type === 'call' ? field(right, 'function')?.text : undefined;
      found.push({ architecture: this.finished(left.text, rangeOf(node), model), callee });
    }
    return found;
  }

  private modelAt(range: SourceRange): KerasLayer | undefined {
    return this.library.models.find(({ construction }) => {
      const at = construction.range;
      return at.startLine === range.startLine && at.startColumn === range.startColumn && at.endLine === range.endLine;
    });
  }

  /** Functions of the module level that may return a model. */
  private functions(): (readonly [Node, string])[] {
    const all = childrenOf(this.source.root).map(statement =>
      statement.type === 'decorated_definition' ? field(statement, 'definition') : statement,
    );
    const functions = all.flatMap(node => {
      const name = node?.type === 'function_definition' ? field(node, 'name')?.text : undefined;
      return node && name !== undefined ? [[node, name] as const] : [];
    });
    const makers = new Set<string>();
    for (let before = -1; before < makers.size;) {
      before = makers.size;
      for (const [node, name] of functions) {
        const text = node.text;
        const calls = [...text.matchAll(/\b(\w+)\s*\(/g)].map(([, callee]) => callee!);
        const isMaker = calls.some(callee => /^(Model|Sequential|Functional)$/.test(callee) || (makers.has(callee) && callee !== name));
        if (isMaker && /\breturn\b/.test(text)) makers.add(name);
      }
    }
    return functions.filter(([, name]) => makers.has(name));
  }

  private readFunction(node: Node, name: string): Architecture[] {
    const value = this.source.named(name);
    if (value?.kind !== 'function') return [];
    const range = headerOf(node);
    const directive = this.source.directive(node, name);
    const none: Call = { positional: [], keywords: new Map(), range, type: name };
    const call = directive ? { ...this.source.directed(directive, range).call, range } : none;
    const read = () => {
      const model = this.source.interpreter.call(value, call);
      if (!(model instanceof KerasLayer) || model.classValue) return [];
      this.buildAs(model, directive?.input, range);
      return [
        this.finished(name, range, model, () => {
          const made = this.source.interpreter.call(value, call);
          return made instanceof KerasLayer ? made : undefined;
        }),
      ];
    };
    return this.bounded(name, range, read);
  }

  private readClass(classValue: ClassValue, instances: readonly KerasLayer[]): Architecture[] {
    const range = headerOf(classValue.node);
    return this.bounded(classValue.name, range, () => {
      const directive = this.source.directive(classValue.node, classValue.name);
      const used = directive ? undefined : instances.find(instance => instance.classValue === classValue && instance.input?.known);
      const whole = used && toArchitecture(classValue.name, range, used);
      const directed = directive && this.source.directed(directive, range);
      const again = (): KerasLayer | undefined => {
        for (const { call } of constructionsOf(classValue, range, this.source, directed)) {
          const made = construct(classValue, call, this.source.interpreter);
          if (made instanceof KerasLayer) return made;
        }
        return undefined;
      };
      if (whole?.parameterCount.known) return [this.finished(classValue.name, range, used!, again)];
      const found = firstKnown(constructionsOf(classValue, range, this.source, directed), one => this.built(classValue, range, one));
      return found ? [found] : [];
    });
  }

  private built(classValue: ClassValue, range: SourceRange, { call, source, line, input }: Construction): Architecture | undefined {
    this.library.resetNames();
    this.source.budget.renew();
    const instance = construct(classValue, call, this.source.interpreter);
    if (!(instance instanceof KerasLayer)) return undefined;
    this.buildAs(instance, input, range);
    const again = (): KerasLayer | undefined => {
      const made = construct(classValue, call, this.source.interpreter);
      return made instanceof KerasLayer ? made : undefined;
    };
    const given = formalsOf(classValue).length > 0 ? { arguments: givenArguments(classValue, call, source, line) } : {};
    return this.finished(classValue.name, range, instance, again, given);
  }

  /** An architecture with what stands in the way of training it, and with its program where that is asked for. */
  private finished(
    name: string,
    range: SourceRange,
    model: KerasLayer,
    again: () => KerasLayer | undefined = () => undefined,
    given: Pick<Architecture, 'arguments'> = {},
  ): Architecture {
    const architecture = { ...toArchitecture(name, range, model), ...given };
    const { interpreter, context } = this.source;
    const anew = () => {
      this.library.resetNames();
      this.source.budget.renew();
      return again();
    };
    return withProgram(architecture, model, anew, interpreter, context);
  }

  /** Calls a model with an input of the shape behind `on`, which leaves out the batch. */
  private buildAs(model: KerasLayer, input: string | undefined, range: SourceRange): void {
    if (input === undefined) return;
    const shape = shapeFrom(this.source.value(input, range), this.source.interpreter, range.startLine);
    buildFor(model, shape, { positional: [], keywords: new Map(), range, type: model.construction.type }, this.source.interpreter);
  }

  private bounded(name: string, range: SourceRange, work: () => Architecture[]): Architecture[] {
    this.library.resetNames();
    return this.source.bounded(name, range, work);
  }
}

const isDefinition = (classValue: ClassValue): boolean =>
  ancestors(classValue).some(ancestor => ancestor.kind === 'reference' && isKerasBase(ancestor.path));
