import * as tf from '@tensorflow/tfjs-core';
import { axesOf } from '../tfjs';
import { kernel, likeFirst, spec, type Kernel, type KernelTable } from './kernel';

interface ReductionAttributes {
  readonly axis?: number | number[];
  /** What Max calls its axes. */
  readonly reductionIndices?: number | number[];
  readonly keepDims?: boolean;
}

const reductionAxes = ({ axis, reductionIndices }: ReductionAttributes, shape: readonly number[]): number[] =>
  axesOf(reductionIndices ?? axis, shape);

const reduction = (operator: string): Kernel =>
  kernel<ReductionAttributes>({
    inputs: ['x'],
    shape: ([x], attributes) => {
      const axes = reductionAxes(attributes, x.shape);
      const [reduced] = tf.backend_util.computeOutAndReduceShapes([...x.shape], axes);
      return spec(attributes.keepDims ? tf.backend_util.expandShapeToKeepDim(reduced, axes) : reduced, x.dtype);
    },
    emit: (e, [x], { inputs, attributes }) =>
      e.reduce(operator, x, reductionAxes(attributes, inputs[0].shape), attributes.keepDims ?? false),
  });

const argument = (operator: string): Kernel =>
  kernel<tf.ArgMaxAttrs>({
    inputs: ['x'],
    shape: ([x], { axis }) => {
      const [reduced] = axesOf(axis, x.shape);
      return spec(
        x.shape.filter((_, i) => i !== reduced),
        'int32',
      );
    },
    emit: (e, [x], { inputs, attributes }) =>
      e.cast(e.one(operator, [x], { axis: axesOf(attributes.axis, inputs[0].shape)[0]!, keepdims: 0 }), 'int32'),
  });

const alongLastAxis = (operator: string): Kernel => ({
  inputs: ['logits'],
  shape: likeFirst,
  emit: (e, [logits]) => e.one(operator, [logits], { axis: -1 }),
});

/** Kernels that summarise along axes. */
export const REDUCTIONS: KernelTable = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Prod: reduction('ReduceProd'),
  Min: reduction('ReduceMin'),
  Max: reduction('ReduceMax'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Softmax: alongLastAxis('Softmax'),
  LogSoftmax: alongLastAxis('LogSoftmax'),
  Cumsum: kernel<tf.CumsumAttrs>({
    inputs: ['x'],
    shape: likeFirst,
    emit: (e, [x], { attributes: { axis, exclusive, reverse } }) =>
      e.one('CumSum', [x, e.integers([axis])], { exclusive: Number(exclusive), reverse: Number(reverse) }),
  }),
};
