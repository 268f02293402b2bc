import type { Emitter, Name } from '../emitter';
import type { DType, GraphNode, Value, ValueSpec } from '../graph';

/** A list that each row takes apart into as many as it declares. */
export type Many<T> = readonly [T, T, T, T, T, ...T[]];

/** The recorded call that a row emits. */
export interface Call<A> {
  readonly inputs: Many<Value>;
  readonly outputs: Many<Value>;
  readonly attributes: A;
}

/** What the compiler knows about one tfjs kernel. */
export interface Kernel<A = object> {
  /** tfjs' names of the inputs, in the order that `shape` and `emit` take them; absent when tfjs numbers them, as Concat's. */
  readonly inputs?: readonly string[];
  /** Inputs that a caller may leave out, and the number that then takes their place. */
  readonly defaults?: Readonly<Record<string, number>>;
  /** Shapes and types of the outputs. */
  readonly shape: (inputs: Many<Value>, attributes: A) => ValueSpec | readonly ValueSpec[];
  /** Writes ONNX operators and returns the names of the outputs. Absent for kernels that recording always rewrites away. */
  readonly emit?: (emitter: Emitter, inputs: Many<Name>, call: Call<A>) => Name | readonly Name[];
}

export type KernelTable = Readonly<Record<string, Kernel>>;

/** A row of the table. The attributes' type is the one that tfjs publishes for the kernel; tfjs itself hands them over untyped. */
export const kernel = <A extends object>(row: Kernel<A>): Kernel => row as unknown as Kernel;

export const spec = (shape: readonly number[], dtype: DType = 'float32'): ValueSpec => ({ shape, dtype });

/** The shape rule of kernels whose output is like their first input. */
export const likeFirst = ([x]: Many<Value>): ValueSpec => spec(x.shape, x.dtype);

/** The output shapes of a call; kernels with one output return one specification. */
export const outputSpecs = (row: Kernel, inputs: readonly Value[], attributes: object): readonly ValueSpec[] => {
  const specs = row.shape(inputs as unknown as Many<Value>, attributes);
  return 'dtype' in specs ? [specs] : specs;
};

/** Emits a recorded node through its row. */
export function emitNode(row: Kernel, emitter: Emitter, inputs: readonly Name[], node: GraphNode): readonly Name[] {
  if (!row.emit) throw new Error(`${node.kernel} should have been rewritten while recording.`);
  const names = row.emit(emitter, inputs as unknown as Many<Name>, node as unknown as Call<object>);
  return typeof names === 'string' ? [names] : names;
}
