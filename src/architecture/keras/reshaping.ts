import { written, type LayerArguments } from '../torch/layerArguments';
import { weightless, type KerasRule, type LayerInputs } from './kerasRule';
import { productOf, writtenShape, type Shape } from './shape';
import { spatialSides } from './window';

const flatten: KerasRule = weightless('shape', 'data_format=None', (_values, inputs) => {
  const [batch, ...sides] = inputs.first;
  return [batch ?? null, productOf(sides)];
});

/** The sides that a tensor takes in a new shape, one of which may be -1. Throws `Undecided` where they do not fit. */
export function reshaped(sides: Shape, target: readonly (number | null)[], values: Pick<LayerArguments, 'undecided'>): Shape {
  const size = productOf(sides);
  const rest = productOf(target.filter(side => side !== -1));
  const fits = size === null || rest === null || (target.includes(-1) ? rest > 0 && size % rest === 0 : size === rest);
  if (!fits || target.filter(side => side === -1).length > 1)
    return values.undecided(`${writtenShape(sides)} does not fit into ${writtenShape(target)}`);
  return target.map(side => (side === -1 ? (size === null || rest === null ? null : size / rest) : side));
}

const reshape: KerasRule = weightless('shape', 'target_shape', (values, inputs) => {
  const [batch, ...sides] = inputs.first;
  const target = values.wholeNumbers('target_shape');
  return [batch ?? null, ...reshaped(sides, target, values)];
});

const permute: KerasRule = weightless('shape', 'dims', (values, inputs) => {
  const order = values.wholeNumbers('dims');
  const shape = inputs.ranked(order.length + 1);
  return [shape[0]!, ...order.map(axis => (axis >= 1 ? shape[axis] : undefined) ?? values.undecided(`dims name no axis ${axis}`))];
});

const repeat: KerasRule = weightless('shape', 'n', (values, inputs) => {
  const [batch, width] = inputs.ranked(2);
  return [batch!, values.integer('n'), width!];
});

/** What is added before and after each side: one number for all, one a side, or a pair a side. */
export function margins(name: string, dimensions: number, values: LayerArguments): readonly (readonly [number, number])[] {
  const value = values.given(name);
  const pair = (item: unknown): readonly [number, number] => {
    if (typeof item === 'number') return [item, item];
    const [before, after] = Array.isArray(item) ? (item as unknown[]) : [];
    if (typeof before !== 'number' || typeof after !== 'number') return values.undecided(`${name} is ${written(value)}, not margins`);
    return [before, after];
  };
  if (typeof value === 'number') return Array.from({ length: dimensions }, () => pair(value));
  if (dimensions === 1) return [pair(value)];
  if (!Array.isArray(value) || value.length !== dimensions) return values.undecided(`${name} is ${written(value)}, not margins`);
  return (value as readonly unknown[]).map(pair);
}

const padding = (dimensions: number): KerasRule =>
  weightless('shape', 'padding=1, data_format=None', (values, inputs) => {
    const { sides, join } = spatialSides(values, inputs, dimensions);
    const added = margins('padding', dimensions, values);
    return join(sides.map((side, axis) => (side === null ? null : side + added[axis]![0] + added[axis]![1])));
  });

const cropping = (dimensions: number): KerasRule =>
  weightless('shape', 'cropping=1, data_format=None', (values, inputs) => {
    const { sides, join } = spatialSides(values, inputs, dimensions);
    const removed = margins('cropping', dimensions, values);
    return join(sides.map((side, axis) => (side === null ? null : side - removed[axis]![0] - removed[axis]![1])));
  });

const upsampling = (dimensions: number): KerasRule =>
  weightless('shape', "size=2, data_format=None, interpolation='nearest'", (values: LayerArguments, inputs: LayerInputs) => {
    const { sides, join } = spatialSides(values, inputs, dimensions);
    const factors = values.tuple('size', dimensions);
    return join(sides.map((side, axis) => (side === null ? null : side * factors[axis]!)));
  });

/** `Resizing(height, width)` and `CenterCrop`, `RandomCrop` of the same arguments. */
const resizing: KerasRule = weightless('shape', 'height, width', (values, inputs) => {
  const shape = inputs.first;
  if (shape.length < 3) return inputs.undecided(`its input ${writtenShape(shape)} is no image`);
  return [...shape.slice(0, -3), values.integer('height'), values.integer('width'), shape.at(-1)!];
});

const eachDimension = (name: string, make: (dimensions: number) => KerasRule) =>
  [1, 2, 3].map(dimensions => [`${name}${dimensions}D`, make(dimensions)] as const);

/** Layers that only move or cut what they are given. */
export const RESHAPING_RULES: Readonly<Record<string, KerasRule>> = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeat,
  Resizing: resizing,
  CenterCrop: resizing,
  RandomCrop: resizing,
  ...Object.fromEntries([
    ...eachDimension('ZeroPadding', padding),
    ...eachDimension('Cropping', cropping),
    ...eachDimension('UpSampling', upsampling),
  ]),
};
