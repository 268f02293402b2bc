import { weightless, type KerasRule, type LayerInputs } from './kerasRule';
import { axisOf, broadcast, withSide, writtenShape, type Shape } from './shape';

/** The shape of several tensors joined along an axis. Throws `Undecided` where they do not fit. */
export function concatenated(shapes: readonly Shape[], axis: number, inputs: Pick<LayerInputs, 'undecided'>): Shape {
  const [first, ...rest] = shapes;
  const place = first && axisOf(axis, first.length);
  if (!first || place === undefined || rest.some(shape => shape.length !== first.length))
    return inputs.undecided(`shapes ${shapes.map(writtenShape).join(', ')} do not join along axis ${axis}`);
  const total = shapes.reduce<number | null>((sum, shape) => (sum === null || shape[place] === null ? null : sum + shape[place]!), 0);
  return withSide(first, place, total);
}

const merge: KerasRule = weightless('other', '', (_values, inputs) =>
  inputs.all.reduce((left, right) => {
    const shape = broadcast(left, right);
    return shape ?? inputs.undecided(`shapes ${writtenShape(left)} and ${writtenShape(right)} do not fit`);
  }),
);

const concatenate: KerasRule = weightless('shape', 'axis=-1', (values, inputs) => {
  const [axis = -1] = values.wholeNumbers('axis');
  return concatenated(inputs.all, axis, inputs);
});

/** `Dot(axes)` of two tensors: what is left of the first, then of the second without its batch. */
const dot: KerasRule = weightless('other', 'axes, normalize=False', (values, inputs) => {
  const [left, right] = [inputs.at(0), inputs.at(1)];
  const axes = values.wholeNumbers('axes');
  const [first, second] = [axisOf(axes[0]!, left.length), axisOf(axes[1] ?? axes[0]!, right.length)];
  if (first === undefined || second === undefined) return values.undecided('axes name no axis of its inputs');
  const kept = [...left.filter((_, axis) => axis !== first), ...right.filter((_, axis) => axis !== second && axis !== 0)];
  return kept.length === 1 ? [...kept, 1] : kept;
});

/** Layers of several inputs. */
export const MERGING_RULES: Readonly<Record<string, KerasRule>> = {
  ...Object.fromEntries(['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum'].map(name => [name, merge])),
  Concatenate: concatenate,
  Dot: dot,
};
