import { known, unknown, type Known, type Layer, type LayerKind, type Parameter } from '../architecture';
import { Undecided, type LayerArguments } from '../torch/layerArguments';
import { literal, type FormalArgument } from '../torch/signature';
import { axisOf, writtenShape, type Shape } from './shape';

/** A weight as Keras counts it: moving statistics and counters are weights that are not trained. */
export interface KerasWeight extends Parameter {
  readonly trainable?: false;
}

/** Weights as a layer lists them: those that are trained, and those that are not; where `isFrozen`, none is. */
export function tensorsOf(weights: readonly KerasWeight[], isFrozen = false): Pick<Layer, 'parameters' | 'frozen'> {
  const [trained, frozen]: Parameter[][] = [[], []];
  for (const { trainable, ...parameter } of weights) (isFrozen || trainable === false ? frozen : trained)!.push(parameter);
  return { parameters: known(trained!), ...(frozen!.length > 0 && { frozen: frozen! }) };
}

/** How one class of `keras.layers` is built when it is first called, and what it makes of its inputs. */
export interface KerasRule {
  readonly kind: LayerKind;
  /** Positional arguments in order, then keywords that decide a shape; others may be given and decide nothing. */
  readonly signature: readonly FormalArgument[];
  /** Its weights by Keras' names. Throws `Undecided` when what it is given does not decide them. */
  readonly weights: (values: LayerArguments, inputs: LayerInputs) => readonly KerasWeight[];
  /** The shape of its output. Throws `Undecided` likewise. */
  readonly output: (values: LayerArguments, inputs: LayerInputs) => Shape;
}

/** The shapes that a layer is called with, read as the rule needs them; what is not known stops the rule with its reason. */
export class LayerInputs {
  constructor(
    private readonly shapes: readonly Known<Shape>[],
    private readonly line: number,
  ) {}

  /** The shape of the first input. */
  get first(): Shape {
    return this.at(0);
  }

  get count(): number {
    return this.shapes.length;
  }

  /** The shapes of all inputs. */
  get all(): readonly Shape[] {
    return this.shapes.map((_, index) => this.at(index));
  }

  at(index: number): Shape {
    const shape = this.shapes[index] ?? this.undecided('it has fewer inputs than it takes');
    if (!shape.known) throw new Undecided(shape);
    return shape.value;
  }

  /** One side of an input; a side that is `None` does not decide a weight. */
  side(axis: number, index = 0): number {
    const shape = this.at(index);
    const place = axisOf(axis, shape.length);
    if (place === undefined) this.undecided(`an input of shape ${writtenShape(shape)} has no axis ${axis}`);
    return shape[place] ?? this.undecided(`axis ${axis} of its input ${writtenShape(shape)} has no fixed size`);
  }

  /** The first input, which must have so many axes. */
  ranked(rank: number): Shape {
    const shape = this.first;
    return shape.length === rank
      ? shape
      : this.undecided(`it takes ${rank} axes, the batch among them, and is given ${writtenShape(shape)}`);
  }

  undecided(why: string): never {
    throw new Undecided(unknown(why, this.line));
  }
}

/** Reads `units, activation=None, use_bias=True`. */
export const kerasSignature = (text: string): readonly FormalArgument[] =>
  (text === '' ? [] : text.split(/, (?=\w)/)).map(formal => {
    const [name, value] = formal.split('=') as [string, string?];
    return value === undefined ? { name } : { name, default: literal(value) };
  });

/** A layer that keeps the shape of its first input and has no weights. */
export const unchanged = (kind: LayerKind, text = ''): KerasRule => ({
  kind,
  signature: kerasSignature(text),
  weights: () => [],
  output: (_values, inputs) => inputs.first,
});

/** A layer without weights. */
export const weightless = (kind: LayerKind, text: string, output: KerasRule['output']): KerasRule => ({
  kind,
  signature: kerasSignature(text),
  weights: () => [],
  output,
});

/** Whether images come as (batch, channels, …); `None` stands for Keras' default, which is channels last. */
export function isChannelsFirst(values: LayerArguments): boolean {
  const format = values.word('data_format');
  return format === null || format === 'channels_last'
    ? false
    : format === 'channels_first' || values.undecided(`data_format is '${format}'`);
}
