import { known, unknown, type Architecture, type Known, type SourceRange, type Unknown } from '../../architecture/architecture';
import { instantiationOf } from '../../architecture/obstacles';
import type { Shape } from '../../architecture/keras/shape';
import type { DefinitionReader, ReadContext } from '../definitionReader';
import { shapeFrom } from '../keras/construct';
import { EvaluatedSource } from '../keras/evaluatedSource';
import { KerasLayer, KerasTensor } from '../keras/kerasValues';
import { withProgram } from '../keras/program/withProgram';
import { toArchitecture } from '../keras/toArchitecture';
import { construct, readCall } from '../python/calls';
import { ancestors, findMember } from '../python/classes';
import { constructionsOf, type Construction } from '../python/constructions';
import { boundArguments, formalsOf, givenArguments } from '../python/givenArguments';
import { headerOf } from '../python/headers';
import { splitInput } from '../python/directives';
import { KeptEvaluations } from '../python/keptEvaluations';
import { childrenOf, descendants, field } from '../python/syntax';
import type { Call, ClassValue, Formal, Value } from '../python/values';
import type { Node } from '../syntaxNode';
import { linenFields } from './fields';
import { FlaxLibrary } from './flaxLibrary';
import { inheritedRule, isFlaxModule, isLinenModule } from './flaxPaths';
import { flaxLayer } from './program/flaxLayers';
import { flaxOperation } from './program/flaxOperations';
import { flaxState, nnxState } from './program/flaxState';
import { RandomStreams } from './streams';

/** Reads Flax: classes of the module level that derive from `linen.Module` or `nnx.Module`. */
export class FlaxReader implements DefinitionReader {
  private readonly kept = new KeptEvaluations((root, context) => new FlaxSource(root, context));

  mayDefine(text: string): boolean {
    return text.includes('flax');
  }

  read(root: Node, context: ReadContext): Architecture[] {
    return this.kept.of(root, context).read(context.call);
  }
}

class FlaxSource {
  private readonly library = new FlaxLibrary();
  private readonly source: EvaluatedSource;

  constructor(root: Node, context: ReadContext) {
    this.source = new EvaluatedSource(root, context, this.library, 'flax');
  }

  restart(root: Node, context: ReadContext): void {
    this.library.restart();
    this.source.restart(root, context);
  }

  read(expression: string | undefined): Architecture[] {
    if (expression !== undefined)
      return this.source.readCall(this.withKeys(expression), (name, range, module, input, again) =>
        this.finished(this.called(name, module, input, range), module, again),
      );
    const classes = this.source.own.filter(classValue =>
      ancestors(classValue).some(each => each.kind === 'reference' && (isFlaxModule(each.path) || inheritedRule(each.path) !== undefined)),
    );
    const read = classes.flatMap(classValue => this.readClass(classValue).map(architecture => ({ classValue, architecture })));
    return read.map(({ classValue, architecture }) =>
      architecture.parameterCount.known ? architecture : { ...architecture, ...this.insideAnother(classValue, architecture.range) },
    );
  }

  /** An expression that constructs a class as `withStreams` calls it. */
  private withKeys(expression: string): string {
    const { call, input } = splitInput(expression);
    const value = /\bRngs\b|\brngs\b/.test(call) ? undefined : this.source.named(/^\w*/.exec(call)![0]);
    if (value?.kind !== 'class' || !needsStreams(value)) return expression;
    const told = call.replace(/,?\s*\)$/, '');
    return `${told}${told.endsWith('(') ? '' : ', '}rngs=nnx.Rngs(0))${input === undefined ? '' : ` on ${input}`}`;
  }

  /** The class as another class of the source constructs and calls it, the first time where all of it is known. */
  private insideAnother(classValue: ClassValue, range: SourceRange): Architecture | undefined {
    for (const { module, call } of this.library.made) {
      const isCalled = module.pass !== undefined || !isLinen(classValue);
      if (module.classValue !== classValue || module.repeats || !isCalled || call.range.startLine === range.startLine) continue;
      const architecture = toArchitecture(classValue.name, range, module, 'flax');
      if (architecture.parameterCount.known)
        return withArguments(architecture, classValue, { call, source: 'caller', line: call.range.startLine });
    }
    return undefined;
  }

  /** A class as its directive, its one caller or its defaults construct it, called with an input where one is said. */
  private readClass(classValue: ClassValue): Architecture[] {
    const { name, node } = classValue;
    const range = headerOf(node);
    return this.source.bounded(name, range, () => {
      const directive = this.source.directive(node, name);
      const [likeliest] = constructionsOf(classValue, range, this.source, directive && this.source.directed(directive, range), argumentsOf);
      return likeliest ? this.built(classValue, range, likeliest) : [];
    });
  }

  private built(classValue: ClassValue, range: SourceRange, construction: Construction): Architecture[] {
    this.source.budget.renew();
    const module = construct(classValue, withStreams(classValue, construction.call), this.source.interpreter);
    if (!(module instanceof KerasLayer)) return [];
    const architecture = withArguments(this.called(classValue.name, module, construction.input, range), classValue, construction);
    const again = (): KerasLayer | undefined => {
      const made = construct(classValue, withStreams(classValue, construction.call), this.source.interpreter);
      return made instanceof KerasLayer ? made : undefined;
    };
    return [this.finished(architecture, module, again)];
  }

  /** An architecture with what stands in the way of training it, and with its program where that is asked for. */
  private finished(architecture: Architecture, module: KerasLayer, again: () => KerasLayer | undefined): Architecture {
    const { classValue } = module;
    if (!classValue) return { ...architecture, instantiation: instantiationOf(architecture, notComputed(architecture), false) };
    const { interpreter, context, budget } = this.source;
    const anew = (): KerasLayer | undefined => {
      budget.renew();
      return again();
    };
    const run = (model: KerasLayer, method: string, call: Call): Value => {
      const images = call.positional.filter(value => value instanceof KerasTensor);
      return this.library.run(model, method, { ...call, ...inputsOf(classValue, images, method) }, interpreter);
    };
    const isTold = !isLinen(classValue);
    const framework = { state: isTold ? nnxState : flaxState, layer: flaxLayer, operation: flaxOperation };
    const guesses = isTold ? guessesOf(module) : GUESSES;
    if (!module.pass)
      run(module, '__call__', { ...NO_ARGUMENTS, positional: [unknownInput(architecture.range)], range: architecture.range });
    return withProgram(architecture, module, anew, interpreter, context, { main: '__call__', run, framework, guesses });
  }

  /** A module after it was called with an input; of `nnx`, what it holds is known before, and the call only says how its layers compose. */
  private called(name: string, module: KerasLayer, input: string | undefined, range: SourceRange): Architecture {
    const isTold = module.classValue !== undefined && !isLinen(module.classValue);
    const before = isTold ? toArchitecture(name, range, module, 'flax') : undefined;
    this.initialise(module, input, range);
    const after = toArchitecture(name, range, module, 'flax');
    return !before || countOf(before) === countOf(after) ? after : before;
  }

  /** Calls a `linen` module with arrays of the shapes behind `on`, or of those that the source itself calls it with. */
  private initialise(module: KerasLayer, input: string | undefined, range: SourceRange): void {
    const { classValue } = module;
    if (!classValue || module.pass) return;
    const { name } = classValue;
    const isTold = !isLinen(classValue);
    const own = isTold ? this.inputsOfOwnCall(classValue) : this.initialInputs(name);
    const shapes = input === undefined ? own : this.written(input, range);
    if (isTold && shapes.length === 0) return;
    const tensors = shapes.map(shape => new KerasTensor(shape));
    if (tensors.length === 0) tensors.push(unknownInput(range));
    this.library.run(module, '__call__', { ...inputsOf(classValue, tensors), range, type: name }, this.source.interpreter);
  }

  /** `(1, 28, 28, 1)`, or `((1, 16), (1, 12))` for several inputs. */
  private written(text: string, range: SourceRange): Known<Shape>[] {
    const value = this.source.value(text, range);
    const parts = value?.kind === 'sequence' && value.items[0]?.kind === 'sequence' ? value.items : [value];
    return parts.map(part => shapeFrom(part, this.source.interpreter, range.startLine, true));
  }

  /** The shapes that the source itself calls a module of the class with, the first time where all of them are known. */
  private inputsOfOwnCall(classValue: ClassValue): Known<Shape>[] {
    const passes = this.library.made.flatMap(({ module }) => (module.classValue === classValue && module.pass ? [module.pass] : []));
    const found = passes.find(({ inputs }) => inputs.length > 0 && inputs.every(({ shape }) => shape.known));
    return found?.inputs.map(({ shape }) => shape) ?? [];
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

/** Shapes of images that a module is tried with where nothing says what it takes. */
const GUESSES = [
  [28, 28, 1],
  [224, 224, 3],
];

/** What a module of nnx takes by the first map in it, and what every module is tried with. */
function guessesOf(module: KerasLayer): readonly (readonly number[])[] {
  const first = [...leavesOf(module)].find(({ attributes }) => attributes.has('in_features'));
  const [width, kernel] = ['in_features', 'kernel_size'].map(name => first?.attributes.get(name));
  if (width?.kind !== 'integer') return GUESSES;
  return kernel ? SIDES.map(side => [side, side, width.value]) : [[width.value], ...GUESSES];
}

function* leavesOf(layer: KerasLayer): Generator<KerasLayer, void> {
  if (layer.body.kind === 'rule') yield layer;
  else for (const inner of layer.inner()) yield* leavesOf(inner);
}

const NO_ARGUMENTS = { positional: [], keywords: new Map<string, Value>(), type: '__call__' };

const unknownInput = ({ startLine }: SourceRange): KerasTensor => new KerasTensor(unknown(NOT_CALLED, startLine));

const notComputed = ({ range }: Architecture): Unknown =>
  unknown('of Flax modules of classes are computed, and this one has none', range.startLine);

/** Sides of images that a first convolution is tried with: what follows it may be made for one of them. */
const SIDES = [28, 224, 32, 64, 96];

/** Switches of `__call__` that every call must say: a module is initialised as it is evaluated, which changes no shape. */
const SWITCHES: Readonly<Record<string, boolean>> = { train: false, training: false, is_training: false, deterministic: true };

/** What `__call__` is handed: the tensors in order, by name where it takes them so, and the switches that every call must say. */
function inputsOf(classValue: ClassValue, tensors: readonly KerasTensor[], method = '__call__'): Pick<Call, 'positional' | 'keywords'> {
  const found = findMember(classValue, method);
  const formals = found && 'member' in found && found.member.kind === 'function' ? found.member.formals.slice(1) : [];
  const isSwitch = ({ name, default: otherwise }: Formal) => !otherwise && (name === 'rngs' || Object.hasOwn(SWITCHES, name));
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
      ...switches.map(
        ({ name }) => [name, name === 'rngs' ? new RandomStreams() : { kind: 'boolean' as const, value: SWITCHES[name]! }] as const,
      ),
    ]),
  };
}

/** With the arguments that say something of its size. */
function withArguments(architecture: Architecture, classValue: ClassValue, { call, source, line }: Construction): Architecture {
  const given = givenArguments(classValue, call, source, line, argumentsOf).filter(({ name }) => !UNTOLD.has(name));
  return given.length > 0 ? { ...architecture, arguments: given } : architecture;
}

const countOf = ({ parameterCount }: Architecture): number | undefined => (parameterCount.known ? parameterCount.value : undefined);

const isLinen = (classValue: ClassValue): boolean =>
  ancestors(classValue).some(each => each.kind === 'reference' && isLinenModule(each.path));

/** What the construction of a class takes: the fields of a `linen` module, the arguments of `__init__` otherwise. */
const argumentsOf = (classValue: ClassValue): readonly Formal[] => (isLinen(classValue) ? linenFields(classValue) : formalsOf(classValue));

const needsStreams = (classValue: ClassValue): boolean =>
  formalsOf(classValue).some(({ name, default: otherwise }) => name === 'rngs' && !otherwise);

/** A call with streams of keys where the class must be told some: what they draw decides no shape. */
function withStreams(classValue: ClassValue, call: Call): Call {
  const isGiven = call.spread !== undefined || boundArguments(classValue, call)?.get('rngs')?.kind !== 'undecided';
  return needsStreams(classValue) && !isGiven ? { ...call, keywords: new Map([...call.keywords, ['rngs', new RandomStreams()]]) } : call;
}

/** Arguments that say nothing of a module's size. */
const UNTOLD = new Set(['name', 'parent', 'rngs']);

const NOT_CALLED = 'the shape of its input is not known: a comment `# boundlens: Net() on (1, 28, 28, 1)` over the class says it';
