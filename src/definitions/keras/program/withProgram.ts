import { known, unknown, type Architecture, type Known } from '../../../architecture/architecture';
import type { Program } from '../../../architecture/computation';
import type { Instantiation } from '../../../architecture/instantiation';
import { instantiationOf, obstaclesIn } from '../../../architecture/obstacles';
import type { Shape } from '../../../architecture/keras/shape';
import { isSettled } from '../../../architecture/sides';
import type { ProgramRequest, ReadContext, TrainedPart } from '../../definitionReader';
import type { Context } from '../../python/context';
import type { Call, Value } from '../../python/values';
import { KerasTensor, type KerasLayer } from '../kerasValues';
import { knownTensors } from '../layerCalls';
import { buildFor } from '../models';
import { toArchitecture } from '../toArchitecture';
import { likeliest, openSides, type AskedShape } from './inputShapes';
import { kerasProgram, type LayerFramework } from './programWalk';

/**
 * An architecture with what stands in the way of training it, and with the program that is asked for.
 * @param again constructs the model anew, to be called with images of another shape; undefined where the source made it once and for all
 */
export function withProgram(
  architecture: Architecture,
  model: KerasLayer,
  again: () => KerasLayer | undefined,
  context: Context,
  { program: request, trained = {} }: Pick<ReadContext, 'program' | 'trained'>,
  calling: Calling = AS_KERAS,
): Architecture {
  const { name, parameterCount: count } = architecture;
  const part = Object.hasOwn(trained, name) ? trained[name] : undefined;
  const own = openSides(inputOf(model));
  const reader = new ProgramReader(model, again, context, architecture.range.startLine, calling);
  const guessed = own ? undefined : reader.guessed(part ?? {});
  const judged = guessed ?? (count.known || part ? reader.read(own, part ?? {}) : count);
  const instantiation: Instantiation = {
    ...(part?.method !== undefined && { method: part.method }),
    ...instantiationOf(architecture, judged, !guessed && judged.known && knowsInputs(judged.value)),
  };
  const finished = { ...architecture, instantiation };
  if (request?.name !== name) return finished;
  const { program, made } = reader.likeliest(request);
  // A class that was not told its input has weights only once it is called with images.
  const whole =
    count.known || made === model
      ? finished
      : { ...finished, ...toArchitecture(name, architecture.range, made, architecture.framework === 'flax' ? 'flax' : 'keras') };
  return { ...whole, program };
}

/** How a framework calls its models. */
export interface Calling {
  /** The method that a call of a model runs. */
  readonly main: string;
  /** Runs a method of a model on the images of a call; Keras' own call where it is left out. */
  readonly run?: (model: KerasLayer, method: string, call: Call, context: Context) => Value;
  readonly framework?: LayerFramework;
  /** Shapes of images to try where nothing says what a model takes, channels last. */
  readonly guesses?: readonly (readonly number[])[];
}

const AS_KERAS: Calling = { main: 'call' };

const knowsInputs = ({ steps }: Program): boolean => steps.every(({ op, shape }) => op !== 'input' || isSettled(shape));

/** The shape of the input that a model says itself or was called with. */
function inputOf({ body, input }: KerasLayer): Known<Shape> | undefined {
  if (body.kind === 'functional') return body.inputs[0]?.shape;
  return body.kind === 'sequential' && body.input.known ? body.input : input;
}

class ProgramReader {
  constructor(
    private readonly model: KerasLayer,
    private readonly again: () => KerasLayer | undefined,
    private readonly context: Context,
    private readonly line: number,
    private readonly calling: Calling,
  ) {}

  /** The program of the likeliest of the asked shapes. */
  likeliest({ inputs, method, outlet }: ProgramRequest): { readonly program: Known<Program>; readonly made: KerasLayer } {
    const own = inputOf(this.model);
    const part: TrainedPart = { ...(method !== undefined && { method }), ...(outlet && { outlet }) };
    const rank = own?.known ? own.value.length - 1 : undefined;
    const made = new Map<Known<Program>, KerasLayer>();
    const read = ({ shape, isFirst }: AskedShape): Known<Program> => {
      const called = this.called(shape);
      const program = this.programOf(called, shape, part, isFirst);
      made.set(program, called);
      return program;
    };
    const program = likeliest(inputs, rank, read, this.line);
    return { program, made: made.get(program) ?? this.model };
  }

  /** A program without obstacles for one of the shapes that the framework tries; undefined where there is none. */
  guessed(part: TrainedPart): Known<Program> | undefined {
    for (const shape of this.calling.guesses ?? []) {
      const program = this.read(shape, part);
      if (program.known && obstaclesIn(program.value).length === 0) return program;
    }
    return undefined;
  }

  /** What a model computes of images of a shape; of its own where that is left out. */
  read(input: readonly number[] | undefined, part: TrainedPart): Known<Program> {
    return this.programOf(this.called(input), input, part);
  }

  private programOf(
    called: KerasLayer,
    input: readonly number[] | undefined,
    { method, outlet }: TrainedPart,
    isFirst?: boolean,
  ): Known<Program> {
    const { main, framework } = this.calling;
    if (method === undefined || method === main) return kerasProgram(called, input, outlet, undefined, framework, isFirst);
    const { context, line } = this;
    const range = { startLine: line, startColumn: 0, endLine: line, endColumn: 0 };
    const found = called.classValue ? context.attribute(called, method, line) : undefined;
    if (!found || found.kind === 'undecided') return unknown(`it has no method \`${method}\` that can be read`, line);
    const images = new KerasTensor(input ? known([null, ...input]) : unknown('no shape of its input is known', line));
    const call: Call = { positional: [images], keywords: new Map(), range, type: method };
    const outputs = knownTensors(this.calling.run?.(called, method, call, context) ?? context.call(found, call));
    return kerasProgram(called, input, outlet, { inputs: [images], outputs }, framework, isFirst);
  }

  /** The model after a call with images of a shape; a class, and a sequence that says no input, is made anew for it. */
  private called(input: readonly number[] | undefined): KerasLayer {
    const { model, context, line } = this;
    const { body } = model;
    const isOpen = body.kind === 'own' || model.classValue !== undefined || (body.kind === 'sequential' && !body.input.known);
    const isMet = !this.calling.run && String(input) === String(openSides(inputOf(model)));
    if (!input || !isOpen || isMet) return model;
    const made = this.again() ?? model;
    const range = { startLine: line, startColumn: 0, endLine: line, endColumn: 0 };
    const call: Call = { positional: [], keywords: new Map(), range, type: made.construction.type };
    const images = new KerasTensor(known([null, ...input]));
    if (this.calling.run) this.calling.run(made, this.calling.main, { ...call, positional: [images] }, context);
    else buildFor(made, images.shape, call, context);
    return made;
  }
}
