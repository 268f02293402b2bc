import { known, unknown, type Architecture, type Known, type Layer } from '../../../architecture/architecture';
import type { Composition } from '../../../architecture/composition';
import type { Program } from '../../../architecture/computation';
import type { Instantiation } from '../../../architecture/instantiation';
import { finishedComposition } from '../../../architecture/finishedComposition';
import { instantiationOf } from '../../../architecture/obstacles';
import { isSettled } from '../../../architecture/sides';
import type { ProgramRequest, ReadContext, TrainedPart } from '../../definitionReader';
import { Budget, Exhausted } from '../../python/budget';
import { callFunction } from '../../python/calls';
import { findMember } from '../../python/classes';
import { Interpreter, TOO_MUCH } from '../../python/interpreter';
import type { Modules } from '../../python/modules';
import type { Call, FunctionValue, Value } from '../../python/values';
import { ModuleValue } from '../moduleValue';
import { ForwardLibrary } from './forwardLibrary';
import { dimension, sideOf } from './dimension';
import { inputShapes, type InputShape } from './inputShapes';
import { toProgram } from './program';
import { BATCH, Recorder } from './recorder';
import { SymbolicTensor } from './symbolicTensor';

/** Nodes of the source that one forward pass may visit, and all passes over one file together. */
const PASS_STEPS = 150_000;
const FILE_STEPS = 1_000_000;

const BATCH_SIDE = dimension(1, BATCH);

/** Shapes of the input that are tried at most. */
const MAXIMUM_TRIES = 4;

/** Evaluates the forward passes of one file's definitions. */
export class Composer {
  private readonly budget = new Budget(FILE_STEPS, PASS_STEPS);

  /** @param wishes the definition whose program is wanted, where one is, and what studies train of definitions */
  constructor(
    private readonly modules: Modules,
    private readonly wishes: Pick<ReadContext, 'program' | 'trained'> = {},
  ) {}

  /**
   * An architecture with how its layers compose, and the shapes that each meets. `given` are the construction arguments by name, `input` the shape
   * that a directive names.
   */
  compose(architecture: Architecture, module: ModuleValue, given: ReadonlyMap<string, Value>, input?: InputShape): Architecture {
    if (!architecture.parameterCount.known) {
      const { why, line } = architecture.parameterCount;
      return { ...architecture, composition: unknown(`not all of its layers are known: ${why}`, line) };
    }
    const forward = forwardOf(module);
    if (!forward) return { ...architecture, composition: unknown('it has no `forward` that can be read', architecture.range.startLine) };
    const shapes: readonly (InputShape | undefined)[] = input
      ? [input]
      : [...inputShapes(module, given).slice(0, MAXIMUM_TRIES), undefined];
    let best: Pass | undefined;
    for (const shape of shapes) {
      const pass = this.pass(module, forward, shape, architecture.range.startLine);
      if (!best || pass.doubts < best.doubts) best = pass;
      if (best.doubts === 0 || pass.doubts === Infinity) break;
    }
    const layers = architecture.layers.map(layer => withShapes(layer, best!.recorder));
    const { recorder, composition, output, knowsInput } = best!;
    const line = architecture.range.startLine;
    const reason = composition.known ? unknown('what its `forward` returns is not a tensor', line) : composition;
    const program = output === undefined ? reason : known(toProgram(recorder, module, output, []));
    const part = Object.hasOwn(this.wishes.trained ?? {}, architecture.name) ? this.wishes.trained![architecture.name] : undefined;
    const instantiation = part
      ? this.instantiation(architecture, module, part, shapes)
      : instantiationOf(architecture, program, knowsInput);
    const composed = { ...architecture, layers, composition, instantiation };
    const { program: request } = this.wishes;
    return request?.name === architecture.name ? { ...composed, program: this.program(architecture, module, request) } : composed;
  }

  /** Whether what a study trains of a definition can be computed, of the shape of its input with which fewest steps stay unknown. */
  private instantiation(
    architecture: Architecture,
    module: ModuleValue,
    { method, outlet }: TrainedPart,
    shapes: readonly (InputShape | undefined)[],
  ): Instantiation {
    const line = architecture.range.startLine;
    const forward = forwardOf(module, method);
    const said = method === undefined ? {} : { method };
    if (!forward)
      return {
        ...said,
        ...instantiationOf(architecture, unknown(`it has no method \`${method ?? 'forward'}\` that can be read`, line), false),
      };
    let best: Instantiation | undefined;
    for (const shape of shapes) {
      const { recorder, result } = this.recorded(module, forward, shape, line, true);
      const program = programOf(recorder, module, result, [], outlet, line);
      const found = instantiationOf(architecture, program, program.known && knowsInputs(program.value));
      if (!best || found.obstacles.length < best.obstacles.length) best = found;
      if (best.obstacles.length === 0) break;
    }
    return { ...said, ...best! };
  }

  /** How the asked result is computed of the likeliest of the asked inputs: the one with which fewest steps stay unknown. */
  private program({ range }: Architecture, module: ModuleValue, { inputs, method, outlet }: ProgramRequest): Known<Program> {
    const forward = forwardOf(module, method);
    if (!forward) return unknown(`it has no method \`${method ?? 'forward'}\` that can be read`, range.startLine);
    let best: Known<Program> = unknown('no shape of its input is known', range.startLine);
    for (const input of inputs) {
      const { recorder, result } = this.recorded(module, forward, given(input), range.startLine, true);
      const found = programOf(recorder, module, result, input, outlet, range.startLine);
      if (!best.known || openSteps(found) < openSteps(best)) best = found;
      if (openSteps(best) === 0) break;
    }
    return best;
  }

  private pass(module: ModuleValue, forward: Forward, shape: InputShape | undefined, line: number): Pass {
    const { recorder, result } = this.recorded(module, forward, shape, line);
    if (result) return toPass(recorder, result, shape, line);
    return { recorder, composition: unknown(exhausted, line), doubts: Infinity, knowsInput: false };
  }

  /**
   * What the forward pass returns, with its steps; no result when its steps ran out.
   * @param isUnmasked whether the share of the input that it would hide is 0
   */
  private recorded(module: ModuleValue, forward: Forward, shape: InputShape | undefined, line: number, isUnmasked = false): Recorded {
    const recorder = new Recorder(module);
    const interpreter = new Interpreter(new ForwardLibrary(recorder), this.budget, () => undefined, this.modules);
    this.budget.renew();
    try {
      return { recorder, result: this.budget.apart(() => run(module, forward, shape, isUnmasked, recorder, interpreter, line)) };
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
      return { recorder };
    } finally {
      recorder.restore();
    }
  }
}

interface Recorded {
  readonly recorder: Recorder;
  readonly result?: Value;
}

/** What methods call the share of tokens that they hide. */
const MASKED_SHARE = /^mask(ed|ing)?_?(ratio|rate|share|fraction|prob(ability)?)$/;

const exhausted = `its \`forward\`: ${TOO_MUCH}`;

const given = (input: readonly number[]): InputShape => ({ sides: [BATCH_SIDE, ...input.map(side => dimension(side))], from: 'directive' });

const openSteps = (program: Known<Program>): number =>
  program.known ? program.value.steps.filter(({ op, shape }) => op === 'unsupported' || shape?.includes(null) !== false).length : Infinity;

function programOf(
  recorder: Recorder,
  module: ModuleValue,
  result: Value | undefined,
  input: readonly number[],
  outlet: ProgramRequest['outlet'],
  line: number,
): Known<Program> {
  if (!result) return unknown(exhausted, line);
  if (outlet) {
    const met = recorder.shapes.get(outlet.layer);
    if (!met) return unknown(`its pass meets no layer \`${outlet.layer}\`: name one of ${[...recorder.shapes.keys()].join(', ')}`, line);
    return known(toProgram(recorder, module, outlet.side === 'input' ? met.from : met.to, input));
  }
  const [output] = tensorsIn(result);
  if (output) return known(toProgram(recorder, module, output.node, input));
  return result.kind === 'undecided' ? result.reason : unknown('what it returns is not a tensor', line);
}

interface Pass {
  readonly recorder: Recorder;
  readonly composition: Known<Composition>;
  /** Operations and shapes that stayed unknown. */
  readonly doubts: number;
  /** Whether a shape of the input was tried. */
  readonly knowsInput: boolean;
  /** The step that makes the first tensor that it returns. */
  readonly output?: number;
}

/** The method of the source, or `chain` for a container of the library that is a definition by itself. */
type Forward = FunctionValue | 'chain';

function forwardOf(module: ModuleValue, method = 'forward'): Forward | undefined {
  const found = module.classValue && findMember(module.classValue, method);
  if (found && 'member' in found) return found.member.kind === 'function' ? found.member : undefined;
  return (method === 'forward' && module.base === 'torch.nn.Sequential') ||
    (found && 'library' in found && found.library !== 'torch.nn.Module')
    ? 'chain'
    : undefined;
}

function run(
  module: ModuleValue,
  forward: Forward,
  shape: InputShape | undefined,
  isUnmasked: boolean,
  recorder: Recorder,
  interpreter: Interpreter,
  line: number,
): Value {
  const range = { startLine: line, startColumn: 0, endLine: line, endColumn: 0 };
  const formals =
    forward === 'chain' ? [] : forward.formals.slice(1).filter(formal => formal.role !== 'rest' && formal.role !== 'keywords');
  const isNumber = (annotation: string | undefined) => /^(int|float|bool|str)\b/.test(annotation ?? '');
  const shares = isUnmasked ? formals.filter(({ name }) => MASKED_SHARE.test(name)).map(({ name }) => name) : [];
  const tensors = formals
    .filter(formal => !formal.default && !isNumber(formal.annotation) && !shares.includes(formal.name))
    .map(formal => formal.name);
  const names = forward === 'chain' ? ['input'] : tensors.length > 0 ? tensors : formals.slice(0, 1).map(formal => formal.name);
  const inputs = names.map(
    (name, place) =>
      [
        name,
        recorder.emit(
          { kind: 'input', name },
          [],
          place === 0 ? shape?.sides : undefined,
          line,
          imageFeatures(place === 0 ? shape : undefined),
        ),
      ] as const,
  );
  const none: Value = { kind: 'float', value: 0 };
  if (isUnmasked) unmask(module, recorder, none);
  const keywords = new Map<string, Value>([...inputs, ...shares.map(name => [name, none] as const)]);
  const call: Call = { positional: [], keywords, range, type: 'forward' };
  if (forward !== 'chain') return callFunction(forward, { ...call, positional: [module] }, interpreter, module);
  return interpreter.call(module, { ...call, positional: inputs.map(([, tensor]) => tensor), keywords: new Map() });
}

/** Gives the shares that modules keep of what they hide their least value while a pass is recorded. */
function unmask(module: ModuleValue, recorder: Recorder, none: Value): void {
  for (const each of module.modules())
    for (const [name, value] of each.attributes) {
      if (!MASKED_SHARE.test(name) || value.kind !== 'float') continue;
      recorder.remember(each, name);
      each.attributes.set(name, none);
    }
}

/** The rows of an image are its pixels: vectors of channels. */
const imageFeatures = (shape: InputShape | undefined): number | undefined => (shape && shape.sides.length >= 4 ? 1 : undefined);

function toPass(recorder: Recorder, result: Value, shape: InputShape | undefined, line: number): Pass {
  const outputs = tensorsIn(result).map(tensor => tensor.node);
  const doubt = result.kind === 'undecided' ? result.reason : unknown('what its `forward` returns is not a tensor', line);
  if (outputs.length === 0) return { recorder, composition: doubt, doubts: 1e6, knowsInput: false };
  const composition = finishedComposition(recorder.nodes, outputs, shape?.from ?? 'not known');
  const { nodes } = composition;
  const knowsInput = shape !== undefined && nodes.every(node => node.kind !== 'input' || isSettled(node.shape));
  const doubts = nodes.filter(node => node.kind === 'unknown' || node.shape?.includes(null) !== false).length;
  return { recorder, composition: known(composition), doubts, knowsInput, output: outputs[0]! };
}

const knowsInputs = ({ steps }: Program): boolean => steps.every(({ op, shape }) => op !== 'input' || isSettled(shape));

/** Tensors in what `forward` returns: itself, or what tuples, lists, dictionaries and plain objects hold. */
function tensorsIn(value: Value): SymbolicTensor[] {
  if (value instanceof SymbolicTensor) return [value];
  if (value.kind === 'sequence') return value.items.flatMap(tensorsIn);
  if (value.kind === 'dictionary') return [...value.entries.values()].flatMap(tensorsIn);
  if (value.kind === 'instance' && !(value instanceof ModuleValue)) return [...value.attributes.values()].flatMap(tensorsIn);
  return [];
}

function withShapes(layer: Layer, recorder: Recorder): Layer {
  const shapes = recorder.shapes.get(layer.path);
  const children = layer.children.map(child => withShapes(child, recorder));
  if (!shapes?.input && !shapes?.output) return { ...layer, children };
  const side = (sides: typeof shapes.input) => sides?.map(sideOf);
  return { ...layer, children, inputShape: side(shapes.input), outputShape: side(shapes.output) };
}
