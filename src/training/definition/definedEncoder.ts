import { concat, gather, mean, reshape, slice, transpose, zeros, type Tensor } from '@tensorflow/tfjs-core';
import type { Program, StateTensor, Step, View } from '../../architecture/computation';
import type { Encoder, NormFreedom, TokenEncoder, TrainingMode } from '../encoders/encoder';
import type { Declares } from '../engine/declares';
import { fixedTensor } from '../engine/operations';
import type { Initialiser } from '../engine/parameters';
import type { ImageLayout } from '../imageLayout';
import { execute } from './execute';
import type { BatchStatistics } from './normalisations';
import { usedState } from '../../architecture/obstacles';
import { runningStatistics } from './runningStatistics';
import { product, shapeAt } from '../../architecture/sides';
import { DefinedTokens } from './definedTokens';
import type { TokenStage } from './tokenStage';

/** Values that a tensor of the state begins with, by its name, where they come from a checkpoint. */
export type StartValues = ReadonlyMap<string, Float32Array>;

/** A program without obstacles, and what its state begins with where a checkpoint says so. */
export interface DefinedSource {
  readonly program: Program;
  readonly values?: StartValues;
  /** Its tokens, where the images are given in its patches so that some can be left out. */
  readonly stage?: TokenStage;
}

/** Before the names of its parameters, so that they meet no names of objectives and heads. */
const OWN = 'definition/';

/**
 * A definition of the user's, computed step by step. Its parameters and buffers are saved under the names that they have in their framework,
 * those too that the features do not depend on, so that the whole state can be loaded there again.
 */
export class DefinedEncoder implements Encoder {
  readonly width: number;
  readonly norm: NormFreedom;
  readonly cost: number;
  readonly untrained: readonly string[];
  readonly saved: Readonly<Record<string, string>>;
  readonly inTraining?: TrainingMode;
  readonly tokens?: TokenEncoder;
  readonly weightsFor?: 'tensorflow.js';
  private readonly program: Program;
  private readonly state: ReadonlyMap<string, Tensor>;
  private readonly input: number;
  private onStatistics: ((layer: BatchStatistics) => void) | undefined;

  constructor(
    parameters: Declares,
    readonly layout: ImageLayout,
    { program, values = new Map(), stage }: DefinedSource,
  ) {
    const { state, steps, output, aliases } = program;
    this.program = program;
    this.state = new Map(
      state.map(tensor => [tensor.name, parameters.declare(OWN + tensor.name, tensor.shape, initialiserOf(tensor, values))]),
    );
    const used = usedState(program);
    this.untrained = state.filter(({ name, role }) => role !== 'trained' || !used.has(name)).map(({ name }) => OWN + name);
    const kept = state.filter(({ isTransient }) => !isTransient);
    const saved = [...kept.map(({ name }) => [name, OWN + name]), ...Object.entries(aliases).map(([name, first]) => [name, OWN + first])];
    this.saved = Object.fromEntries(saved) as Record<string, string>;
    if (program.weightsFor) this.weightsFor = program.weightsFor;
    this.input = steps.findIndex(({ op }) => op === 'input');
    this.width = featureCount(program);
    this.norm = isBounded(steps, output) ? 'bounded' : 'free';
    this.cost = steps.reduce((sum, step) => sum + multiplications(step, program), 0) / 1e6;
    if (stage) {
      const given = (images: Tensor, count: number) => new Map([[this.input, this.arranged(images, count)]]);
      this.tokens = new DefinedTokens(program, stage, layout, this.tensors(), given);
    }
    if (steps.some(({ op }) => op === 'batch normalisation'))
      this.inTraining = runningStatistics(
        steps,
        name => this.saved[name],
        take => (this.onStatistics = take),
      );
  }

  features(images: Tensor): Tensor {
    const count = images.shape[0] / this.layout.tokens;
    const given = new Map([[this.input, this.arranged(images, count)]]);
    const made = execute(this.program, given, { state: this.tensors(), images: count, onStatistics: this.onStatistics });
    return pooled(made, count, this.program.channels);
  }

  /** Tensors of the state as steps see them. */
  private tensors(): (name: string) => Tensor {
    const seen = new Map(this.program.state.flatMap(tensor => (tensor.seen ? [[tensor.name, tensor.seen] as const] : [])));
    const { stacks = {}, parts = {} } = this.program;
    const one = (name: string): Tensor => {
      if (!Object.hasOwn(parts, name)) return viewed(this.state.get(name)!, seen.get(name));
      const { of, axis, at, seen: as } = parts[name]!;
      const whole = this.state.get(of)!;
      const begin = whole.shape.map((_, each) => (each === axis ? at : 0));
      return viewed(reshape(slice(whole, begin, whole.shape.with(axis, 1)), whole.shape.toSpliced(axis, 1)), as);
    };
    return name =>
      Object.hasOwn(stacks, name) ? stacked(stacks[name]!.map(part => (typeof part === 'number' ? part : one(part)))) : one(name);
  }

  /** Images as the definition takes them: channels before rows and columns, or behind them. */
  private arranged(images: Tensor, count: number): Tensor {
    const { image, patch } = this.layout;
    const { height, width, channels } = image;
    const cut = patch === undefined ? images : reshape(images, [count, height / patch, width / patch, patch, patch, channels]);
    const whole = patch === undefined ? cut : transpose(cut, [0, 1, 3, 2, 4, 5]);
    const planes = reshape(whole, [count, height, width, channels]);
    const ordered = this.program.channels === 'last' ? planes : transpose(planes, [0, 3, 1, 2]);
    return reshape(ordered, [count, ...this.program.input]);
  }
}

const stacked = (parts: readonly (Tensor | number)[]): Tensor =>
  concat(
    parts.map(part => (typeof part === 'number' ? zeros([part]) : part)),
    0,
  );

function viewed(tensor: Tensor, as: View | undefined): Tensor {
  if (!as) return tensor;
  const ordered = transpose(tensor, [...as.order]);
  return reshape(as.isTurned ? turned(ordered, as.shape) : ordered, [...as.shape]);
}

/** A kernel [outputs, inputs, …sizes] whose sizes are run through backwards. */
function turned(kernel: Tensor, [outputs, inputs, ...sizes]: readonly number[]): Tensor {
  const size = product(sizes);
  const backwards = Int32Array.from({ length: size }, (_, place) => size - 1 - place);
  return gather(reshape(kernel, [outputs!, inputs!, size]), fixedTensor(backwards, [size]), 2);
}

/** Shapes that a model may want its images in, likeliest first. */
export function inputShapesOf({ image: { height, width, channels } }: ImageLayout): readonly (readonly number[])[] {
  const flat = [height * width * channels];
  return [[channels, height, width], flat, ...(channels === 1 ? [[height, width]] : [])];
}

/** Numbers for each image: a vector, or the mean of its tokens or positions. */
function pooled(made: Tensor, count: number, channels: Program['channels']): Tensor {
  if (made.rank === 2) return made;
  if (made.rank === 3) return mean(made, 1);
  const [axes, side] = channels === 'last' ? [[1, 2], made.shape[3]!] : [[2, 3], made.shape[1]!];
  return reshape(mean(made, axes), [count, side]);
}

/** How many features a result makes; NaN where it is none that is understood. */
export function featureCount({ steps, output, channels }: Program): number {
  const sides = shapeAt(steps[output]!.shape, 1);
  if (sides[0] !== 1 || sides.length < 2 || sides.length > 4) return NaN;
  return sides.length === 4 && channels !== 'last' ? sides[1]! : sides.at(-1)!;
}

function initialiserOf({ name, start, shape }: StateTensor, given: StartValues): Initialiser {
  const values = given.get(name);
  if (values) return { kind: 'values', values };
  switch (start.kind) {
    case 'constant':
      return start.value === 0 ? { kind: 'zeros' } : start.value === 1 ? { kind: 'ones' } : { kind: 'constant', value: start.value };
    case 'uniform':
      return start.low === -start.high ? { kind: 'uniform', bound: start.high } : { kind: 'between', low: start.low, high: start.high };
    case 'normal': {
      const { mean: centre, deviation, within } = start;
      return centre === 0 && !within
        ? { kind: 'normal', deviation }
        : { kind: 'normal within', mean: centre, deviation, within: within ?? [-Infinity, Infinity] };
    }
    case 'identity': {
      const [rows = 1, columns = 1] = shape;
      return {
        kind: 'values',
        values: Float32Array.from({ length: rows * columns }, (_, i) => Number(Math.floor(i / columns) === i % columns)),
      };
    }
    case 'orthogonal':
      return start;
    case 'numbers':
      return { kind: 'values', values: Float32Array.from(start.values) };
    case 'not known':
      // Only tensors that nothing depends on come here.
      return { kind: 'zeros' };
  }
}

/** Whether a result is a normalisation's, moved about or averaged. */
function isBounded(steps: readonly Step[], place: number): boolean {
  const { op, inputs } = steps[place]!;
  if (op === 'layer normalisation' || op === 'group normalisation') return true;
  const passes =
    ['same', 'reshape', 'permute', 'slice'].includes(op) || (op === 'reduce' && (steps[place] as { name?: string }).name === 'mean');
  return passes && isBounded(steps, inputs[0]!);
}

/** Multiplications of one step for one image. */
function multiplications(step: Step, { steps, state, stacks = {}, parts = {} }: Program): number {
  const made = product(shapeAt(step.shape, 1));
  const sidesOf = (weight: string): readonly number[] => {
    const tensor = parts[weight] ?? state.find(({ name }) => name === weight);
    return (tensor?.seen?.shape ?? (tensor && 'shape' in tensor ? tensor.shape : [])).slice(1);
  };
  const taken = (place: number): readonly number[] => shapeAt(steps[step.inputs[place]!]!.shape, 1);
  if (step.op === 'convolution' && step.weight === null) return made * product(taken(1).slice(1));
  if (step.op === 'linear' || step.op === 'convolution') return made * product(sidesOf(step.weight!));
  if (step.op === 'transposed convolution') {
    const outputs = sidesOf(step.weight);
    return product(shapeAt(steps[step.inputs[0]!]!.shape, 1)) * product(outputs);
  }
  if (step.op === 'recurrence') {
    const names = [step.weight, step.hiddenWeight, step.projection].flatMap(name => stacks[name ?? ''] ?? name ?? []);
    const sizes = names.map(name => product(parts[name]?.seen?.shape ?? state.find(each => each.name === name)?.shape ?? []));
    return taken(0)[1]! * sizes.reduce((sum, size) => sum + size, 0);
  }
  if (step.op !== 'matrix product' && step.op !== 'attention') return 0;
  return made * (taken(0).at(-1) ?? 1) + (step.op === 'attention' ? product(taken(0)) * (taken(1).at(-1) ?? 1) : 0);
}
