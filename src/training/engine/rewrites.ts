import type * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from './builder';
import { sameShape, type Value, type ValueSpec } from './graph';
import { IMAGE_RULES } from './imageRewrites';
import { broadcastShape } from './tfjs';

/** A kernel call that is about to be recorded. */
export interface KernelCall {
  readonly kernel: string;
  readonly inputs: readonly Value[];
  readonly attributes: object;
  readonly result: ValueSpec;
}

/** A cheaper value that equals the call's result, if the rule applies. */
export type Rule = (call: KernelCall, graph: GraphBuilder) => Value | undefined;

const UNARY_FOLDS: Readonly<Record<string, (a: number) => number>> = {
  Neg: a => -a,
  Sqrt: Math.sqrt,
  Rsqrt: a => 1 / Math.sqrt(a),
  Square: a => a * a,
  Exp: Math.exp,
  Log: Math.log,
};

const BINARY_FOLDS: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Maximum: Math.max,
  Minimum: Math.min,
};

/** Kernels of two operands that broadcast. */
const BINARY = new Set([...Object.keys(BINARY_FOLDS), 'SquaredDifference', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal']);

const REARRANGING = new Set(['Reshape', 'Transpose', 'BroadcastTo', 'Tile', 'Slice']);

const sameSpec = (value: Value | undefined, result: ValueSpec): value is Value =>
  value !== undefined && value.dtype === result.dtype && sameShape(value.shape, result.shape);

/** The operand of `value`'s producer, if that is a `kernel`. */
const operandOf = (kernel: string, value: Value | undefined): Value | undefined =>
  value?.producer?.kernel === kernel ? value.producer.inputs[0] : undefined;

const broadcast = (value: Value, { shape }: ValueSpec, graph: GraphBuilder): Value =>
  sameShape(value.shape, shape) ? value : graph.one('BroadcastTo', [value], { shape });

const permutationOf = (attributes: object): number[] => (attributes as tf.TransposeAttrs).perm;

/** Drops calls that change nothing. */
const nothingToDo: Rule = ({ kernel, inputs: [x], attributes, result }) => {
  if (kernel === 'Identity') return x;
  if (kernel === 'Transpose') return permutationOf(attributes).every((axis, i) => axis === i) ? x : undefined;
  return ['Reshape', 'Cast', 'BroadcastTo', 'ExpandDims'].includes(kernel) && sameSpec(x, result) ? x : undefined;
};

/** Makes filled tensors uniform constants. */
const filled: Rule = ({ kernel, attributes, result: { shape, dtype } }, graph) => {
  if (kernel === 'Fill') return graph.uniform(Number((attributes as tf.FillAttrs).value), shape, dtype);
  if (kernel === 'ZerosLike') return graph.uniform(0, shape, dtype);
  return kernel === 'OnesLike' ? graph.uniform(1, shape, dtype) : undefined;
};

/** Joins rearrangements of rearrangements, and expresses inserted axes as reshapes. */
const joinedRearrangements: Rule = ({ kernel, inputs: [x], attributes, result }, graph) => {
  const inner = operandOf(kernel, x);
  if (kernel === 'ExpandDims') return graph.one('Reshape', [x!], { shape: result.shape });
  if (kernel === 'Reshape' && inner) return graph.one('Reshape', [inner], { shape: result.shape });
  if (kernel !== 'Transpose' || !inner) return undefined;
  const first = permutationOf(x!.producer!.attributes);
  return graph.one('Transpose', [inner], { perm: permutationOf(attributes).map(axis => first[axis]!) });
};

/** Repeats axes of length one by broadcasting. */
const tileByBroadcast: Rule = ({ kernel, inputs: [x], attributes, result: { shape } }, graph) => {
  if (kernel !== 'Tile') return undefined;
  const { reps } = attributes as tf.TileAttrs;
  return reps.every((times, axis) => times === 1 || x!.shape[axis] === 1) ? graph.one('BroadcastTo', [x!], { shape }) : undefined;
};

/** Reshapes host data without a node. */
const reshapedConstant: Rule = ({ kernel, inputs: [x], result }, graph) =>
  kernel === 'Reshape' && x?.source.kind === 'constant' ? graph.value(result, x.source) : undefined;

/** Computes functions of one uniform constant. */
const foldedUnary: Rule = ({ kernel, inputs, result: { shape, dtype } }, graph) => {
  const number = inputs.length === 1 ? inputs[0]!.uniform : undefined;
  if (number === undefined) return undefined;
  if (REARRANGING.has(kernel)) return graph.uniform(number, shape, dtype);
  if (kernel === 'Cast')
    return graph.uniform(dtype === 'int32' ? Math.trunc(number) : dtype === 'bool' ? Number(number !== 0) : number, shape, dtype);
  const fold = UNARY_FOLDS[kernel];
  return fold && graph.uniform(fold(number), shape, dtype);
};

/** Computes before broadcasting instead of after. */
const beforeBroadcast: Rule = ({ kernel, inputs: [x], attributes, result }, graph) => {
  const narrow = operandOf('BroadcastTo', x);
  if (!narrow) return undefined;
  if (kernel === 'Reshape' && narrow.size === 1)
    return broadcast(graph.one('Reshape', [narrow], { shape: result.shape.map(() => 1) }), result, graph);
  return UNARY_FOLDS[kernel] && broadcast(graph.one(kernel, [narrow], attributes), result, graph);
};

/** Takes the ReLU gradient from its output: then ONNX Runtime can fuse the ReLU with the product before it. */
const stepOfRelu: Rule = ({ kernel, inputs: [x], attributes }, graph) => {
  if (kernel !== 'Step' || (attributes as tf.StepAttrs).alpha) return undefined;
  const relu = graph.earlier('Relu', [x!]);
  return relu && graph.one('Step', [relu], attributes);
};

/** Computes functions of two uniform constants. */
const foldedBinary: Rule = ({ kernel, inputs: [a, b], result: { shape, dtype } }, graph) => {
  const fold = BINARY_FOLDS[kernel];
  return fold && a?.uniform !== undefined && b?.uniform !== undefined ? graph.uniform(fold(a.uniform, b.uniform), shape, dtype) : undefined;
};

/** Multiplies by the inverse instead of dividing by a constant, and puts constants on the right. */
const canonicalConstants: Rule = ({ kernel, inputs: [a, b], attributes, result }, graph) => {
  if (kernel === 'RealDiv' && b?.uniform !== undefined && result.dtype === 'float32')
    return graph.one('Multiply', [a!, graph.uniform(1 / b.uniform, b.shape)]);
  const commutes = kernel === 'Multiply' || kernel === 'Add';
  return commutes && a?.uniform !== undefined ? graph.one(kernel, [b!, a], attributes) : undefined;
};

/** Makes a uniform operand a scalar. */
const scalarOperand: Rule = ({ kernel, inputs: [a, b], attributes, result }, graph) => {
  if (!BINARY.has(kernel) || b?.uniform === undefined || !b.shape.length) return undefined;
  return broadcast(graph.one(kernel, [a!, graph.uniform(b.uniform, [], b.dtype)], attributes), result, graph);
};

/** Simplifies arithmetic with a scalar constant on the right. */
const scalarArithmetic: Rule = ({ kernel, inputs: [a, b], attributes, result }, graph) => {
  const number = BINARY.has(kernel) ? b?.uniform : undefined;
  if (number === undefined || !sameSpec(a, result)) return undefined;
  if (number === 1 && (kernel === 'Multiply' || kernel === 'Pow')) return a;
  if (number === 0 && (kernel === 'Add' || kernel === 'Sub')) return a;
  if (number === 2 && kernel === 'Pow') return graph.one('Square', [a]);
  if (kernel === 'Multiply' && a.dtype === 'float32') {
    const factor = a.producer?.kernel === 'Multiply' ? a.producer.inputs[1]!.uniform : undefined;
    if (factor !== undefined) return graph.one('Multiply', [a.producer!.inputs[0]!, graph.uniform(factor * number, [])]);
    const negated = operandOf('Neg', a);
    if (negated) return graph.one('Multiply', [negated, graph.uniform(-number, [])]);
  }
  const narrow = operandOf('BroadcastTo', a);
  return narrow && broadcast(graph.one(kernel, [narrow, b!], attributes), result, graph);
};

/** Drops an explicit broadcast that the operator does anyway. */
const impliedBroadcast: Rule = ({ kernel, inputs, attributes, result }, graph) => {
  if (!BINARY.has(kernel)) return undefined;
  for (const position of [0, 1]) {
    const narrow = operandOf('BroadcastTo', inputs[position]);
    if (!narrow) continue;
    const operands = inputs.with(position, narrow);
    if (sameShape(broadcastShape(operands[0]!.shape, operands[1]!.shape), result.shape)) return graph.one(kernel, operands, attributes);
  }
  return undefined;
};

/** A product of two matrices adds its bias itself: ONNX Runtime can then fuse the activation behind it too. */
const biasedProduct: Rule = ({ kernel, inputs: [x, bias] }, graph) => {
  const product = kernel === 'Add' && x?.producer?.kernel === 'BatchMatMul' && x.shape.length === 2 ? x.producer : undefined;
  if (!product || bias?.shape.length !== 1 || bias.shape[0] !== x!.shape[1] || bias.uniform !== undefined) return undefined;
  return graph.one('BiasedMatMul', [...product.inputs, bias], product.attributes);
};

/** Orders the factors of a product, so that a·b and b·a are one node. */
const orderedFactors: Rule = ({ kernel, inputs: [a, b] }, graph) =>
  kernel === 'Multiply' && b!.uniform === undefined && a!.id > b!.id ? graph.one('Multiply', [b!, a!]) : undefined;

const RULES: readonly Rule[] = [
  nothingToDo,
  filled,
  joinedRearrangements,
  tileByBroadcast,
  reshapedConstant,
  foldedUnary,
  beforeBroadcast,
  stepOfRelu,
  foldedBinary,
  canonicalConstants,
  scalarOperand,
  scalarArithmetic,
  impliedBroadcast,
  biasedProduct,
  ...IMAGE_RULES,
  orderedFactors,
];

/** Local simplification of one call: the first rule that applies, or nothing. Every rule makes the graph smaller or more canonical. */
export function rewrite(call: KernelCall, graph: GraphBuilder): Value | undefined {
  for (const rule of RULES) {
    const value = rule(call, graph);
    if (value) return value;
  }
  return undefined;
}
