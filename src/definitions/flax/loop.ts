import { known, type Known, type Unknown } from '../../architecture/architecture';
import { axisOf, type Shape } from '../../architecture/keras/shape';
import { KerasTensor, type KerasLayer, type LoopBody } from '../keras/kerasValues';
import { knownTensors } from '../keras/layerCalls';
import type { Value } from '../python/values';

/** The tensors of a value, each replaced. */
function mapped(value: Value, change: (tensor: KerasTensor) => KerasTensor): Value {
  if (value.kind === 'sequence' && !value.doubt) return { ...value, items: value.items.map(item => mapped(item, change)) };
  if (value.kind === 'dictionary' && !value.doubt)
    return { ...value, entries: new Map([...value.entries].map(([key, item]) => [key, mapped(item, change)])) };
  return value instanceof KerasTensor ? change(value) : value;
}

export const changed = (shape: Known<Shape>, change: (sides: Shape) => Shape): Known<Shape> =>
  shape.known ? known(change(shape.value)) : shape;

/** A body that is evaluated once and repeated, with what it is given and makes. */
export class Loop {
  private readonly inputs: { tensor: KerasTensor; axis: number | undefined; next?: KerasTensor | undefined }[] = [];
  private readonly outer: KerasTensor[] = [];
  private readonly carried: number[] = [];
  private readonly body: LoopBody;

  constructor(
    readonly count: Known<number>,
    module: KerasLayer | undefined,
    private readonly line: number,
    isReversed = false,
  ) {
    this.body = { count, isReversed, module, inputs: this.inputs };
  }

  /** What one repetition is given of a value: one place along an axis, or all of it. */
  given(value: Value, axis: number | undefined): Value {
    return mapped(value, tensor => this.taken(tensor, axis));
  }

  /** What the first repetition is given of a value that each hands to the next. */
  begun(value: Value): Value {
    return mapped(value, tensor => {
      this.carried.push(this.inputs.length);
      return this.taken(tensor, undefined);
    });
  }

  private taken(outer: KerasTensor, axis: number | undefined): KerasTensor {
    const shape = axis === undefined ? outer.shape : changed(outer.shape, sides => sides.toSpliced(axisOf(axis, sides.length) ?? 0, 1));
    const tensor = new KerasTensor(shape);
    this.inputs.push({ tensor, axis });
    this.outer.push(outer);
    return tensor;
  }

  /** What the last repetition hands on, of what one does. */
  last(value: Value): Value {
    for (const [place, next] of knownTensors(value).entries()) {
      const input = this.inputs[this.carried[place] ?? -1];
      if (input) input.next = next;
    }
    return mapped(value, of => this.made(of, of.shape, undefined));
  }

  /** What all repetitions make, along an axis. */
  stacked(value: Value, axis: number): Value {
    const count = this.count.known ? this.count.value : null;
    return mapped(value, of =>
      this.made(
        of,
        changed(of.shape, sides => sides.toSpliced(axis < 0 ? sides.length + 1 + axis : axis, 0, count)),
        axis,
      ),
    );
  }

  private made(of: KerasTensor, shape: Known<Shape>, axis: number | undefined): KerasTensor {
    return new KerasTensor(shape, { inputs: this.outer, line: this.line, repeated: { body: this.body, of, axis } });
  }
}

/** How often a transform repeats: as told, else as long as what it maps over; with the reason where that is not known. */
export function repetitions(
  told: Value | undefined,
  values: readonly (readonly [value: Value, axis: number | undefined])[],
  otherwise: Unknown,
): Known<number> {
  if (told?.kind === 'integer') return known(told.value);
  for (const [value, axis] of values) {
    if (!(value instanceof KerasTensor) || axis === undefined || !value.shape.known) continue;
    const side = value.shape.value[axisOf(axis, value.shape.value.length) ?? -1];
    if (typeof side === 'number') return known(side);
  }
  return told?.kind === 'undecided' ? told.reason : otherwise;
}
