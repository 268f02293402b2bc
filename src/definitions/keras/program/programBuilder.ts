import type { Computation, Program, StateTensor, Step } from '../../../architecture/computation';
import type { Shape, Side } from '../../../architecture/composition';
import { unknown } from '../../../architecture/architecture';
import { Undecided } from '../../../architecture/torch/layerArguments';

/** Steps of a program with channels last, in the order in which they are written down. */
export class ProgramBuilder {
  private readonly steps: Step[] = [];
  private readonly views = new Map<string, NonNullable<StateTensor['seen']>>();

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

  /** The sides of a result, batch first as `B`. Throws `Undecided` where they are not known. */
  sides(place: number): readonly Side[] {
    const { shape, line } = this.steps[place]!;
    if (!shape) throw new Undecided(unknown('the shape of what it is given is not known', line));
    return shape;
  }

  shape(place: number): Shape {
    return this.steps[place]!.shape;
  }

  /** Says how steps see a tensor of the state; the name is handed on. Throws `Undecided` where steps see it in two ways. */
  see(name: string, order: readonly number[], shape: readonly number[], line: number): string {
    const before = this.views.get(name);
    if (before && JSON.stringify(before) !== JSON.stringify({ order, shape }))
      throw new Undecided(unknown(`\`${name}\` is used in two ways`, line));
    this.views.set(name, { order, shape });
    return name;
  }

  /**
   * The steps that make one result, renumbered, and the state.
   * @param input sides of the input without its batch
   */
  program(output: number, input: readonly number[], state: readonly StateTensor[]): Program {
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
    return { steps, output: places.get(output)!, input, channels: 'last', state: seen, aliases: {} };
  }
}

/** Steps that are written down at most. */
const MAXIMUM_STEPS = 20_000;
