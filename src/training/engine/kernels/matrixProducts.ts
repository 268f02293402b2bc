import type * as tf from '@tensorflow/tfjs-core';
import type { Emitter, Name } from '../emitter';
import type { Value, ValueSpec } from '../graph';
import { broadcastShape } from '../tfjs';
import { kernel, spec, type KernelTable, type Many } from './kernel';

/** Exchanges the last two axes. */
const transposed = (e: Emitter, x: Name, rank: number): Name =>
  e.transpose(x, [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2]);

const productShape = ([a, b]: Many<Value>, { transposeA, transposeB }: tf.BatchMatMulAttrs): ValueSpec => {
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  return spec([...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns]);
};

/** Products of matrices and of stacks of matrices. */
export const MATRIX_PRODUCTS: KernelTable = {
  /** What a product of two matrices with a number added to each column is rewritten to. */
  BiasedMatMul: kernel<tf.BatchMatMulAttrs>({
    inputs: ['a', 'b', 'bias'],
    shape: productShape,
    emit: (e, [a, b, bias], { attributes: { transposeA, transposeB } }) =>
      e.one('Gemm', [a, b, bias], { transA: Number(transposeA), transB: Number(transposeB) }),
  }),
  BatchMatMul: kernel<tf.BatchMatMulAttrs>({
    inputs: ['a', 'b'],
    shape: productShape,
    emit: (e, [a, b], { inputs, attributes: { transposeA, transposeB } }) => {
      if (!transposeA && !transposeB) return e.one('MatMul', [a, b]);
      const [rankA, rankB] = [inputs[0].shape.length, inputs[1].shape.length];
      const flags = { transA: Number(transposeA), transB: Number(transposeB) };
      if (rankA === 2 && rankB === 2) return e.one('Gemm', [a, b], flags);
      if (!e.portable) return e.one('FusedMatMul', [a, b], flags, 'com.microsoft');
      return e.one('MatMul', [transposeA ? transposed(e, a, rankA) : a, transposeB ? transposed(e, b, rankB) : b]);
    },
  }),
};
