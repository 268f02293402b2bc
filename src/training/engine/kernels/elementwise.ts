import type * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../graph';
import { broadcastShape } from '../tfjs';
import { kernel, likeFirst, spec, type Kernel, type KernelTable } from './kernel';

/** Kernels whose ONNX operator has the same name and meaning. */
const UNARY = [
  ...['Abs', 'Acos', 'Asin', 'Atan', 'Ceil', 'Cos', 'Cosh', 'Elu', 'Erf', 'Exp', 'Floor', 'Log', 'Neg', 'Reciprocal', 'Relu'],
  ...['Round', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softplus', 'Sqrt', 'Tan', 'Tanh'],
];

/** tfjs kernel → ONNX operator. */
const ARITHMETIC = { Add: 'Add', Sub: 'Sub', Multiply: 'Mul', RealDiv: 'Div', Pow: 'Pow', Maximum: 'Max', Minimum: 'Min' };
const LOGIC = {
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  Equal: 'Equal',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
};

const unary = (emit: Kernel['emit']): Kernel => ({ inputs: ['x'], shape: likeFirst, emit });

const predicate = (emit: Kernel['emit']): Kernel => ({ inputs: ['x'], shape: ([x]) => spec(x.shape, 'bool'), emit });

const binary = (emit: Kernel['emit'], dtype?: DType): Kernel => ({
  inputs: ['a', 'b'],
  shape: ([a, b]) => spec(broadcastShape(a.shape, b.shape), dtype ?? a.dtype),
  emit,
});

const operators = (table: Readonly<Record<string, string>>, dtype?: DType): KernelTable =>
  Object.fromEntries(Object.entries(table).map(([name, operator]) => [name, binary((e, [a, b]) => e.one(operator, [a, b]), dtype)]));

/** Kernels that work element by element, with broadcasting. */
export const ELEMENTWISE: KernelTable = {
  ...Object.fromEntries(UNARY.map(name => [name, unary((e, [x]) => e.one(name, [x]))])),
  Identity: { inputs: ['x'], shape: likeFirst },
  Square: unary((e, [x]) => e.one('Mul', [x, x])),
  Rsqrt: unary((e, [x]) => e.one('Reciprocal', [e.one('Sqrt', [x])])),
  Expm1: unary((e, [x]) => e.one('Sub', [e.one('Exp', [x]), e.scalar(1)])),
  Log1p: unary((e, [x]) => e.one('Log', [e.one('Add', [x, e.scalar(1)])])),
  Relu6: unary((e, [x]) => e.one('Clip', [x, e.scalar(0), e.scalar(6)])),
  LogicalNot: predicate((e, [x]) => e.one('Not', [x])),
  IsNan: predicate((e, [x]) => e.one('IsNaN', [x])),
  IsInf: predicate((e, [x]) => e.one('IsInf', [x])),
  IsFinite: predicate((e, [x]) => e.one('Not', [e.one('Or', [e.one('IsNaN', [x]), e.one('IsInf', [x])])])),
  ClipByValue: kernel<tf.ClipByValueAttrs>({
    inputs: ['x'],
    shape: likeFirst,
    emit: (e, [x], { attributes }) => e.one('Clip', [x, e.scalar(attributes.clipValueMin), e.scalar(attributes.clipValueMax)]),
  }),
  LeakyRelu: kernel<tf.LeakyReluAttrs>({
    inputs: ['x'],
    shape: likeFirst,
    emit: (e, [x], { attributes }) => e.one('LeakyRelu', [x], { alpha: { float: attributes.alpha } }),
  }),
  Prelu: { inputs: ['x', 'alpha'], shape: likeFirst, emit: (e, [x, alpha]) => e.one('PRelu', [x, alpha]) },
  Step: kernel<tf.StepAttrs>({
    inputs: ['x'],
    shape: likeFirst,
    emit: (e, [x], { attributes }) => {
      const positive = e.one('Greater', [x, e.scalar(0)]);
      return attributes.alpha ? e.one('Where', [positive, e.scalar(1), e.scalar(attributes.alpha)]) : e.cast(positive, 'float32');
    },
  }),
  EluGrad: {
    inputs: ['dy', 'y'],
    shape: likeFirst,
    emit: (e, [dy, y]) => {
      const slope = e.one('Where', [e.one('GreaterOrEqual', [y, e.scalar(0)]), e.scalar(1), e.one('Add', [y, e.scalar(1)])]);
      return e.one('Mul', [dy, slope]);
    },
  },
  ...operators(ARITHMETIC),
  ...operators(LOGIC, 'bool'),
  NotEqual: binary((e, [a, b]) => e.one('Not', [e.one('Equal', [a, b])]), 'bool'),
  SquaredDifference: binary((e, [a, b]) => {
    const difference = e.one('Sub', [a, b]);
    return e.one('Mul', [difference, difference]);
  }),
  FloorDiv: binary((e, [a, b]) => e.one('Floor', [e.one('Div', [a, b])])),
  Mod: binary((e, [a, b]) => e.one('Sub', [a, e.one('Mul', [b, e.one('Floor', [e.one('Div', [a, b])])])])),
  AddN: { shape: likeFirst, emit: (e, inputs) => e.one('Sum', inputs) },
  Select: {
    inputs: ['condition', 't', 'e'],
    shape: ([, chosen]) => spec(chosen.shape, chosen.dtype),
    emit: (e, [condition, chosen, otherwise]) => e.one('Where', [condition, chosen, otherwise]),
  },
  Cast: kernel<{ dtype: DType }>({
    inputs: ['x'],
    shape: ([x], { dtype }) => spec(x.shape, dtype),
    emit: (e, [x], { attributes }) => e.cast(x, attributes.dtype),
  }),
  Fill: kernel<{ shape: number[]; dtype: DType }>({ inputs: [], shape: (_, { shape, dtype }) => spec(shape, dtype) }),
  ZerosLike: { inputs: ['x'], shape: likeFirst },
  OnesLike: { inputs: ['x'], shape: likeFirst },
};
