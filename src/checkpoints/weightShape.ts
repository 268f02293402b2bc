import { elementCount, type TensorInfo } from './checkpoint';
import type { MatrixLayout } from '../theory/weights/matrixNorms';

/** Whether a tensor is a weight matrix or a convolution kernel, from its shape, type and name. */
export type WeightKind = 'matrix' | 'kernel';

const FLOATS: ReadonlySet<string> = new Set(['float64', 'float32', 'float16', 'bfloat16', 'float8_e4m3fn', 'float8_e5m2']);
/** Learned positions and tokens are stored with a leading batch axis of one; they multiply nothing. */
const EMBEDDING = /(^|[._/])(pos|cls|dist|mask)[a-z]*_?(embed|token|emb)|_token$|pos_embed|position_embedding/i;

/** What a tensor is as an operator; nothing for vectors, scalars, whole numbers and learned positions. */
export function weightKind({ shape, dtype, name }: Pick<TensorInfo, 'shape' | 'dtype' | 'name'>): WeightKind | undefined {
  if (!FLOATS.has(dtype) || shape.length < 2 || shape.length > 5 || elementCount(shape) === 0) return undefined;
  if (shape.length > 2 && shape[0] === 1 && EMBEDDING.test(name)) return undefined;
  return shape.length === 2 ? 'matrix' : 'kernel';
}

/** The tensor as a matrix in memory order, its output axis against all others. */
export function matrixLayout({ shape, outputAxis }: Pick<TensorInfo, 'shape' | 'outputAxis'>): MatrixLayout {
  const outputs = outputAxis === 'last' ? shape.at(-1)! : shape[0]!;
  const others = elementCount(shape) / outputs;
  return outputAxis === 'last'
    ? { rows: others, columns: outputs, outputs: 'columns' }
    : { rows: outputs, columns: others, outputs: 'rows' };
}
