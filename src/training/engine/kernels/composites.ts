import type { Emitter, Name } from '../emitter';
import { kernel, likeFirst, spec, type KernelTable } from './kernel';

/** Φ(x), the distribution function of the standard normal. */
const normalDistribution = (e: Emitter, x: Name): Name => {
  const half = e.scalar(0.5);
  const erf = e.one('Erf', [e.one('Mul', [x, e.scalar(Math.SQRT1_2)])]);
  return e.one('Add', [e.one('Mul', [erf, half]), half]);
};

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
  /** The gradient takes up the distribution function again, which then costs less than a second computation. */
  Gelu: {
    inputs: ['x'],
    shape: likeFirst,
    emit: (e, [x]) => (e.has('GeluGrad') ? e.one('Mul', [x, normalDistribution(e, x)]) : e.one('Gelu', [x])),
  },
  GeluGrad: {
    inputs: ['x', 'dy'],
    shape: likeFirst,
    emit: (e, [x, dy]) => {
      const half = e.one('Mul', [e.one('Mul', [x, x]), e.scalar(0.5)]);
      const density = e.one('Exp', [e.one('Sub', [e.scalar(-0.5 * Math.log(2 * Math.PI)), half])]);
      return e.one('Mul', [dy, e.one('Add', [normalDistribution(e, x), e.one('Mul', [x, density])])]);
    },
  },
};
