import type { Computation, Part, Program, StateTensor, Step, View } from '../../../architecture/computation';
import { known, unknown, type Known, type Unknown } from '../../../architecture/architecture';
import type { Shape, Side } from '../../../architecture/composition';
import { LayerInputs } from '../../../architecture/keras/kerasRule';
import type { Shape as KerasShape } from '../../../architecture/keras/shape';
import { Undecided } from '../../../architecture/torch/layerArguments';
import { combined, mapped, numbersAt, reshaped, type NumberArray } from '../../python/numberArray';
import { openSides, written } from './inputShapes';

/** Steps of a program with channels last, in the order in which they are written down. */
export class ProgramBuilder {
  private readonly steps: Step[] = [];
  private readonly stacks = new Map<string, readonly (string | number)[]>();
  private readonly parts = new Map<string, Part>();
  private readonly views = new Map<string, View>();
  private inputSides: readonly number[] = [];
  /** Where layers over images have their channels: `channels_first`, `channels_last`, or both. */
  readonly formats = new Set<string>();

  /** @param input sides of one input without its batch; what the model itself says when absent */
  constructor(private readonly input: readonly number[] | undefined) {}

  /** Whether no more steps may be written down. */
  get isFull(): boolean {
    return this.steps.length >= MAXIMUM_STEPS;
  }

  /** Adds a step; the result is its place. */
  emit(computation: Computation, inputs: readonly number[], shape: Shape, line: number): number {
    this.steps.push({ ...computation, inputs, shape, line });
    return this.steps.length - 1;
  }

  /** Adds a step that cannot be computed, with the reason as one clause. */
  refuse(name: string, why: string, inputs: readonly number[], shape: Shape, line: number): number {
    this.steps.push({ op: 'unsupported', name, why, inputs, shape, line });
    return this.steps.length - 1;
  }

  /** Adds the images that a model is given, of the asked shape where its own says no other. */
  images(declared: Known<KerasShape> | undefined, line: number): number {
    const own = declared?.known ? declared.value.slice(1) : undefined;
    const sides = this.input ?? openSides(declared);
    this.inputSides = sides ?? [];
    const shape: Shape = sides ? ['B', ...sides] : null;
    const fits = !own || !sides || (own.length === sides.length && own.every((side, axis) => side === null || side === sides[axis]));
    if (fits) return this.emit({ op: 'input', name: 'images' }, [], shape, line);
    return this.refuse('input', `it takes (${own.join(', ')}) and images are (${sides.join(', ')})`, [], shape, line);
  }

  /** Adds an input that images are not: every one after the first. */
  refuseInput(shape: Known<KerasShape>, index: number, line: number): number {
    return this.refuse(`input ${index + 1}`, 'it takes several inputs and images are one', [], written(shape), line);
  }

  /** What a layer is given, as its rule asks for it. */
  given(places: readonly number[], line: number): LayerInputs {
    const shapes = places.map((place): Known<KerasShape> => {
      const shape = this.shape(place);
      if (!shape) return unknown('the shape of its input is not known', line);
      return known(shape.map(side => (typeof side === 'number' ? side : null)));
    });
    return new LayerInputs(shapes, line);
  }

  /** The sides of a result, batch first as `B`. Throws `Undecided` where they are not known. */
  sides(place: number): readonly Side[] {
    const { shape, line } = this.steps[place]!;
    if (!shape) return refused('the shape of what it is given is not known', line);
    return shape;
  }

  /** The numbers of a result that depends on nothing, where few operations make them. */
  constant(place: number): NumberArray | undefined {
    const step = this.steps[place]!;
    const sides = (step.shape ?? [null]).filter(side => typeof side === 'number');
    if (sides.length !== step.shape?.length) return undefined;
    if (step.op === 'numbers') return numbersAt(sides, false, at => step.values[at]!);
    if (step.op === 'fill') return numbersAt(sides, false, () => step.number);
    if (!['reshape', 'multiply', 'times', 'plus'].includes(step.op)) return undefined;
    const [first, second] = step.inputs.map(each => this.constant(each));
    if (!first) return undefined;
    if (step.op === 'reshape') return reshaped(first, sides);
    if (step.op === 'times') return mapped(first, value => value * step.number);
    if (step.op === 'plus') return mapped(first, value => value + step.number);
    return second && combined(first, second, (one, other) => one * other);
  }

  /** What axes in an order turn back to where they come from; undefined where they do not. */
  turnedBack(place: number, order: readonly number[]): number | undefined {
    const step = this.steps[place]!;
    return step.op === 'permute' && order.every((axis, each) => step.order[axis] === each) ? step.inputs[0] : undefined;
  }

  shape(place: number): Shape {
    return this.steps[place]!.shape;
  }

  /** Says how steps see a tensor of the state; the name is handed on. Throws `Undecided` where steps see it in two ways. */
  see(name: string, order: readonly number[], shape: readonly number[], line: number, isTurned = false): string {
    const before = this.views.get(name);
    const view = { order, shape, ...(isTurned && { isTurned }) };
    if (before && JSON.stringify(before) !== JSON.stringify(view)) return refused(`\`${name}\` is used in two ways`, line);
    this.views.set(name, view);
    return name;
  }

  /** A name for several tensors joined along their first axis, with zeros where there are so many of them; that of a single one is its own. */
  stack(parts: readonly (string | number)[]): string {
    const name = parts.join(' | ');
    if (parts.length > 1) this.stacks.set(name, parts);
    return name;
  }

  /** One place along an axis of a tensor of the state, and the shape that it has then; axes from behind count from -1. */
  part(of: string, shape: readonly number[], axis: number, at: number): { readonly name: string; readonly shape: readonly number[] } {
    const along = axis < 0 ? shape.length + axis : axis;
    const name = `${of} [${at}]`;
    this.parts.set(name, { of, axis: along, at });
    return { name, shape: shape.toSpliced(along, 1) };
  }

  /**
   * Why images are laid out as the layers over them do not take them; undefined where they are not.
   * @param isDeclared whether the model itself says the shape of its images
   * @param isFirst whether images have channels before rows and columns; undefined where nobody asks
   */
  misfit(isDeclared: boolean, isFirst: boolean | undefined, line: number): Unknown | undefined {
    const takesFirst = this.formats.has('channels_first') && this.formats.size === 1;
    const isFitting = isFirst === undefined || isDeclared || isFirst === (takesFirst && this.inputSides.length === 3);
    return isFitting ? undefined : unknown('its layers take channels elsewhere than images have them', line);
  }

  /** The steps that make one result, renumbered, and the state. */
  program(output: number, state: readonly StateTensor[], isFirst = false): Program {
    const needed = new Set([output]);
    for (let place = output; place >= 0; place--) if (needed.has(place)) for (const before of this.steps[place]!.inputs) needed.add(before);
    const kept = [...needed].sort((left, right) => left - right);
    const places = new Map(kept.map((place, index) => [place, index]));
    const steps = kept.map((place): Step => {
      const step = this.steps[place]!;
      return { ...step, inputs: step.inputs.map(each => places.get(each)!) };
    });
    const seen = state.map(tensor => {
      const view = this.views.get(tensor.name);
      return view ? { ...tensor, seen: view } : tensor;
    });
    const layout = isFirst ? {} : ({ channels: 'last' } as const);
    const program: Program = { steps, output: places.get(output)!, input: this.inputSides, ...layout, state: seen, aliases: {} };
    const parts = [...this.parts].map(
      ([name, part]) => [name, { ...part, ...(this.views.has(name) && { seen: this.views.get(name)! }) }] as const,
    );
    return {
      ...program,
      ...(this.stacks.size > 0 && { stacks: Object.fromEntries(this.stacks) }),
      ...(parts.length > 0 && { parts: Object.fromEntries(parts) }),
    };
  }
}

/** Throws `Undecided`: why a step cannot be written down, as one clause. */
export const refused = (why: string, line: number): never => {
  throw new Undecided(unknown(why, line));
};

/** Steps that are written down at most. */
const MAXIMUM_STEPS = 20_000;
