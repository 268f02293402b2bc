import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../graph';
import { axesOf, sliceBounds, splitLengths } from '../tfjs';
import { TraceFault } from '../traceFault';
import { kernel, likeFirst, spec, type KernelTable } from './kernel';

const inserted = (shape: readonly number[], position: number, dimension: number): number[] => [
  ...shape.slice(0, position),
  dimension,
  ...shape.slice(position),
];

/** ONNX's way to say "to the beginning" when slicing backwards. */
const BEFORE_THE_FIRST = -(2 ** 31);

/** Kernels that move, cut, join or pick elements. */
export const SHAPES: KernelTable = {
  Reshape: kernel<tf.ReshapeAttrs>({
    inputs: ['x'],
    shape: ([x], { shape }) => spec(tf.util.inferFromImplicitShape(shape, x.size), x.dtype),
    emit: (e, [x], { outputs }) => e.reshape(x, outputs[0].shape),
  }),
  ExpandDims: kernel<tf.ExpandDimsAttrs>({
    inputs: ['input'],
    shape: ([x], { dim }) => spec(inserted(x.shape, dim < 0 ? x.shape.length + 1 + dim : dim, 1), x.dtype),
  }),
  Transpose: kernel<tf.TransposeAttrs>({
    inputs: ['x'],
    shape: ([x], { perm }) =>
      spec(
        perm.map(axis => x.shape[axis]!),
        x.dtype,
      ),
    emit: (e, [x], { attributes }) => e.transpose(x, attributes.perm),
  }),
  BroadcastTo: kernel<tf.BroadCastToAttrs>({
    inputs: ['x'],
    shape: ([x], { shape }) => spec(shape, x.dtype),
    emit: (e, [x], { outputs }) => e.one('Expand', [x, e.dimensions(outputs[0].shape)]),
  }),
  Tile: kernel<tf.TileAttrs>({
    inputs: ['x'],
    shape: ([x], { reps }) =>
      spec(
        x.shape.map((dimension, i) => dimension * reps[i]!),
        x.dtype,
      ),
    emit: (e, [x], { attributes }) => e.one('Tile', [x, e.dimensions(attributes.reps)]),
  }),
  Concat: kernel<tf.ConcatAttrs>({
    shape: (parts, { axis }) =>
      spec(
        tf.backend_util.computeOutShape(
          parts.map(part => [...part.shape]),
          axesOf(axis, parts[0].shape)[0]!,
        ),
        parts[0].dtype,
      ),
    emit: (e, parts, { inputs, attributes }) => e.one('Concat', parts, { axis: axesOf(attributes.axis, inputs[0].shape)[0]! }),
  }),
  Pack: kernel<tf.PackAttrs>({
    shape: (parts, { axis }) => spec(inserted(parts[0].shape, axis, parts.length), parts[0].dtype),
    emit: (e, parts, { attributes: { axis } }) =>
      e.one(
        'Concat',
        parts.map(part => e.one('Unsqueeze', [part, e.integers([axis])])),
        { axis },
      ),
  }),
  Unpack: kernel<tf.UnpackAttrs>({
    inputs: ['value'],
    shape: ([x], attributes) => {
      const axis = axesOf(attributes.axis, x.shape)[0]!;
      const part = spec(
        x.shape.filter((_, i) => i !== axis),
        x.dtype,
      );
      return Array.from({ length: x.shape[axis]! }, () => part);
    },
    emit: (e, [x], { inputs, outputs, attributes }) => {
      const axis = axesOf(attributes.axis, inputs[0].shape)[0]!;
      return e
        .several('Split', [x, e.integers(outputs.map(() => 1))], outputs.length, { axis })
        .map(part => e.one('Squeeze', [part, e.integers([axis])]));
    },
  }),
  SplitV: kernel<tf.SplitVAttrs>({
    inputs: ['x'],
    shape: ([x], attributes) => {
      const axis = axesOf(attributes.axis, x.shape)[0]!;
      const lengths = splitLengths(x.shape, attributes.numOrSizeSplits, axis);
      return lengths.map(length =>
        spec(
          x.shape.map((dimension, i) => (i === axis ? length : dimension)),
          x.dtype,
        ),
      );
    },
    emit: (e, [x], { inputs, outputs, attributes }) => {
      const axis = axesOf(attributes.axis, inputs[0].shape)[0]!;
      return e.several('Split', [x, e.integers(outputs.map(part => part.shape[axis]!))], outputs.length, { axis });
    },
  }),
  Slice: kernel<tf.SliceAttrs>({
    inputs: ['x'],
    shape: ([x], { begin, size }) => spec(sliceBounds(x.shape, begin, size)[1], x.dtype),
    emit: (e, [x], { inputs, attributes: { begin, size } }) => {
      const { shape } = inputs[0];
      const [first, length] = sliceBounds(shape, begin, size);
      const cut = shape.flatMap((dimension, axis) => (length[axis] === dimension ? [] : [axis]));
      if (!cut.length) return x;
      const ends = cut.map(axis => first[axis]! + length[axis]!);
      return e.one('Slice', [x, e.integers(cut.map(axis => first[axis]!)), e.integers(ends), e.integers(cut)]);
    },
  }),
  Reverse: kernel<tf.ReverseAttrs>({
    inputs: ['x'],
    shape: likeFirst,
    emit: (e, [x], { inputs, attributes }) => {
      const axes = axesOf(attributes.dims, inputs[0].shape);
      const backwards = e.integers(axes.map(() => -1));
      return e.one('Slice', [x, backwards, e.integers(axes.map(() => BEFORE_THE_FIRST)), e.integers(axes), backwards]);
    },
  }),
  PadV2: kernel<tf.PadV2Attrs>({
    inputs: ['x'],
    shape: ([x], { paddings }) =>
      spec(
        x.shape.map((dimension, i) => dimension + paddings[i]![0] + paddings[i]![1]),
        x.dtype,
      ),
    emit: (e, [x], { attributes: { paddings, constantValue } }) => {
      const widths = e.integers([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
      return e.one('Pad', [x, widths, e.scalar(constantValue)]);
    },
  }),
  OneHot: kernel<Omit<tf.OneHotAttrs, 'dtype'> & { dtype?: DType }>({
    inputs: ['indices'],
    shape: ([indices], { depth, dtype }) => spec([...indices.shape, depth], dtype ?? 'float32'),
    emit: (e, [indices], { outputs, attributes: { depth, offValue, onValue } }) => {
      const hot = e.one('OneHot', [e.cast(indices, 'int64'), e.integers([depth]), e.floats([offValue, onValue], [2])], { axis: -1 });
      return e.cast(hot, outputs[0].dtype);
    },
  }),
  GatherV2: kernel<tf.GatherV2Attrs>({
    inputs: ['x', 'indices'],
    shape: ([x, indices], { axis, batchDims }) => {
      if (batchDims) throw new TraceFault('A traced function calls gather with batchDims', 'gather along one axis of a reshaped tensor');
      const along = axesOf(axis, x.shape)[0]!;
      return spec([...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)], x.dtype);
    },
    emit: (e, [x, indices], { inputs, attributes }) =>
      e.one('Gather', [x, indices], { axis: axesOf(attributes.axis, inputs[0].shape)[0]! }),
  }),
  UnsortedSegmentSum: kernel<tf.UnsortedSegmentSumAttrs>({
    inputs: ['x', 'segmentIds'],
    shape: ([x], { numSegments }) => spec([numSegments, ...x.shape.slice(1)], x.dtype),
    emit: (e, [x, segments], { outputs }) => {
      const rows = e.one('Unsqueeze', [e.cast(segments, 'int64'), e.integers([1])]);
      return e.one('ScatterND', [e.zeros(outputs[0].shape), rows, x], { reduction: 'add' });
    },
  }),
};
