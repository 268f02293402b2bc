import type { Name } from '../emitter';
import { kernel, likeFirst, spec, type KernelTable } from './kernel';

/** Kernels of our own, called by operations.ts: whole layers that ONNX Runtime executes faster than their parts. */
export const COMPOSITES: KernelTable = {
  LayerNorm: kernel<{ epsilon: number }>({
    inputs: ['x', 'gain', 'bias'],
    shape: ([x]) => {
      const perRow = spec([...x.shape.slice(0, -1), 1]);
      return [spec(x.shape), perRow, perRow];
    },
    emit: (e, [x, gain, bias], { attributes }) =>
      e.several('LayerNormalization', [x, gain, bias], 3, { axis: -1, epsilon: { float: attributes.epsilon } }),
  }),
  LayerNormGrad: {
    inputs: ['x', 'gain', 'mean', 'inverseDeviation', 'dy'],
    shape: ([x, gain]) => [spec(x.shape), spec(gain.shape)],
    emit: (e, [x, gain, mean, inverseDeviation, dy], { inputs }) => {
      const rowMean = (tensor: Name): Name => e.one('ReduceMean', [tensor, e.integers([-1])], { keepdims: 1 });
      const standardised = e.one('Mul', [e.one('Sub', [x, mean]), inverseDeviation]);
      const scaled = e.one('Mul', [dy, gain]);
      const centred = e.one('Sub', [scaled, rowMean(scaled)]);
      const along = e.one('Mul', [standardised, rowMean(e.one('Mul', [scaled, standardised]))]);
      const leading = e.integers(inputs[0].shape.slice(1).map((_, axis) => axis));
      return [
        e.one('Mul', [e.one('Sub', [centred, along]), inverseDeviation]),
        e.one('ReduceSum', [e.one('Mul', [dy, standardised]), leading], { keepdims: 0 }),
      ];
    },
  },
  Gelu: { inputs: ['x'], shape: likeFirst, emit: (e, [x]) => e.one('Gelu', [x]) },
  GeluGrad: {
    inputs: ['x', 'dy'],
    shape: likeFirst,
    emit: (e, [x, dy]) => {
      const half = e.scalar(0.5);
      const erf = e.one('Erf', [e.one('Mul', [x, e.scalar(Math.SQRT1_2)])]);
      const distribution = e.one('Add', [e.one('Mul', [erf, half]), half]);
      const exponential = e.one('Exp', [e.one('Mul', [e.one('Mul', [x, x]), e.scalar(-0.5)])]);
      const density = e.one('Mul', [exponential, e.scalar(1 / Math.sqrt(2 * Math.PI))]);
      return e.one('Mul', [dy, e.one('Add', [distribution, e.one('Mul', [x, density])])]);
    },
  },
};
