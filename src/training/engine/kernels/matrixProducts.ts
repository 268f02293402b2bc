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

/** From this many rows and columns on, transposing the left factor once costs less than what a product of its transpose loses: a tenth. */
const WIDE = 512;

/** The transpose of a matrix, as a stack of one: otherwise ONNX Runtime would put it back into the product. */
const upright = (e: Emitter, a: Name, [rows, columns]: readonly number[]): Name =>
  e.reshape(e.one('Transpose', [e.reshape(a, [1, rows!, columns!])], { perm: [0, 2, 1] }), [columns!, rows!]);

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
      const [{ shape: left }, { shape: right }] = inputs;
      const [rankA, rankB] = [left.length, right.length];
      const flags = { transA: Number(transposeA), transB: Number(transposeB) };
      if (rankA === 2 && rankB === 2) {
        const wide = !e.portable && transposeA && !transposeB && Math.min(left[1]!, right[1]!) >= WIDE;
        return wide ? e.one('MatMul', [upright(e, a, left), b]) : e.one('Gemm', [a, b], flags);
      }
      if (!e.portable) return e.one('FusedMatMul', [a, b], flags, 'com.microsoft');
      return e.one('MatMul', [transposeA ? transposed(e, a, rankA) : a, transposeB ? transposed(e, b, rankB) : b]);
    },
  }),
};
