import { known, unknown, type Architecture, type Known, type SourceRange } from '../../architecture/architecture';
import type { Shape } from '../../architecture/keras/shape';
import type { DefinitionReader, ReadContext } from '../definitionReader';
import { shapeFrom } from '../keras/construct';
import { EvaluatedSource } from '../keras/evaluatedSource';
import { KerasLayer, KerasTensor } from '../keras/kerasValues';
import { toArchitecture } from '../keras/toArchitecture';
import { callersOf, needsArguments } from '../python/callers';
import { construct, readCall } from '../python/calls';
import { ancestors, findMember } from '../python/classes';
import { callRange, headerOf } from '../python/headers';
import { childrenOf, descendants, field } from '../python/syntax';
import type { Call, ClassValue, Formal, Value } from '../python/values';
import type { Node } from '../syntaxNode';
import { FlaxLibrary } from './flaxLibrary';
import { isFlaxModule } from './flaxPaths';

/** Reads Flax: classes of the module level that derive from `linen.Module` or `nnx.Module`. */
export class FlaxReader implements DefinitionReader {
  mayDefine(text: string): boolean {
    return text.includes('flax');
  }

  read(root: Node, context: ReadContext): Architecture[] {
    return new FlaxSource(root, context).read(context.call);
  }
}

class FlaxSource {
  private readonly library = new FlaxLibrary();
  private readonly source: EvaluatedSource;

  constructor(root: Node, context: ReadContext) {
    this.source = new EvaluatedSource(root, context, this.library, 'flax');
  }

  read(expression: string | undefined): Architecture[] {
    if (expression !== undefined)
      return this.source.readCall(expression, (name, range, module, input) => {
        this.initialise(module, input, range);
        return toArchitecture(name, range, module, 'flax');
      });
    return this.source.own
      .filter(classValue => ancestors(classValue).some(each => each.kind === 'reference' && isFlaxModule(each.path)))
      .flatMap(classValue => this.readClass(classValue));
  }

  /** A class as its directive, its one caller or its defaults construct it, called with an input where one is said. */
  private readClass(classValue: ClassValue): Architecture[] {
    const { name, node } = classValue;
    const range = headerOf(node);
    return this.source.bounded(name, range, () => {
      const directive = this.source.directive(node, name);
      const none: Call = { positional: [], keywords: new Map(), range, type: name };
      if (directive) return this.built(classValue, range, this.source.directed(directive, range), directive.input);
      const { root, scope, interpreter } = this.source;
      const callers = callersOf(classValue, root, scope, interpreter);
      const [caller] = callers;
      const isTypical = caller && (callers.length === 1 || needsArguments(classValue));
      return this.built(classValue, range, isTypical ? caller : none, undefined);
    });
  }

  private built(classValue: ClassValue, range: SourceRange, call: Call, input: string | undefined): Architecture[] {
    const module = construct(classValue, { ...call, range: callRange(classValue, range) }, this.source.interpreter);
    if (!(module instanceof KerasLayer)) return [];
    this.initialise(module, input, range);
    return [toArchitecture(classValue.name, range, module, 'flax')];
  }

  /** Calls a `linen` module with arrays of the shapes behind `on`, or of those that the source itself calls it with. */
  private initialise(module: KerasLayer, input: string | undefined, range: SourceRange): void {
    if (!module.classValue || !isLinen(module.classValue)) return;
    const { name } = module.classValue;
    const shapes = input === undefined ? this.initialInputs(name) : this.written(input, range);
    const tensors = shapes.map(shape => new KerasTensor(shape));
    if (tensors.length === 0) tensors.push(new KerasTensor(unknown(NOT_CALLED, range.startLine)));
    this.library.run(module, '__call__', { ...inputsOf(module.classValue, tensors), range, type: name }, this.source.interpreter);
  }

  /** `(1, 28, 28, 1)`, or `((1, 16), (1, 12))` for several inputs. */
  private written(text: string, range: SourceRange): Known<Shape>[] {
    const value = this.source.value(text, range);
    const parts = value?.kind === 'sequence' && value.items[0]?.kind === 'sequence' ? value.items : [value];
    return parts.map(part => shapeFrom(part, this.source.interpreter, range.startLine, true));
  }

  /** The shapes of the arrays in `model.init(key, jnp.ones(…))`, where the statements around it also construct the class. */
  private initialInputs(name: string): Known<Shape>[] {
    const { root, scope, interpreter } = this.source;
    for (const statement of childrenOf(root)) {
      if (statement.type === 'class_definition' || !statement.text.includes(`${name}(`)) continue;
      for (const { node } of descendants([statement])) {
        const callee = node.type === 'call' ? field(node, 'function') : undefined;
        if (callee?.type !== 'attribute' || field(callee, 'attribute')?.text !== 'init') continue;
        const arrays = readCall(node, scope, interpreter).positional.slice(1);
        const shapes = arrays.flatMap(value => (value instanceof KerasTensor && value.shape.known ? [known(value.shape.value)] : []));
        if (shapes.length > 0) return shapes;
      }
    }
    return [];
  }
}

/** Switches of `__call__` that every call must say: a module is initialised as it is evaluated, which changes no shape. */
const SWITCHES: Readonly<Record<string, boolean>> = { train: false, training: false, is_training: false, deterministic: true };

/** What `__call__` is handed: the tensors in order, by name where it takes them so, and the switches that every call must say. */
function inputsOf(classValue: ClassValue, tensors: readonly KerasTensor[]): Pick<Call, 'positional' | 'keywords'> {
  const found = findMember(classValue, '__call__');
  const formals = found && 'member' in found && found.member.kind === 'function' ? found.member.formals.slice(1) : [];
  const isSwitch = ({ name, default: otherwise }: Formal) => !otherwise && Object.hasOwn(SWITCHES, name);
  const places = formals.filter(({ role }) => role === 'positional' || role === 'rest').length;
  const isOpen = formals.some(({ role }) => role === 'rest');
  const positional = isOpen ? tensors : tensors.slice(0, places);
  const named = formals.filter(formal => formal.role === 'keyword only' && !isSwitch(formal));
  const rest = tensors.slice(positional.length).map((tensor, place) => [named[place]?.name ?? 'inputs', tensor] as const);
  const switches = formals.filter((formal, place) => isSwitch(formal) && (formal.role === 'keyword only' || place >= positional.length));
  return {
    positional,
    keywords: new Map<string, Value>([
      ...rest,
      ...switches.map(({ name }) => [name, { kind: 'boolean', value: SWITCHES[name]! }] as const),
    ]),
  };
}

const isLinen = (classValue: ClassValue): boolean =>
  ancestors(classValue).some(each => each.kind === 'reference' && each.path === 'flax.linen.Module');

const NOT_CALLED = 'the shape of its input is not known: a comment `# boundlens: Net() on (1, 28, 28, 1)` over the class says it';
