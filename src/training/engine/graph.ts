/** Element types of a traced graph; `bool` is stored as bytes. */
export type DType = 'float32' | 'int32' | 'bool';

export type HostArray = Float32Array | Int32Array | Uint8Array;

export interface ValueSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** Where a value of the graph comes from. */
export type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'node'; readonly node: GraphNode }
  /** Values that were on the host while tracing; `intended` when the model declared them with `fixedTensor`. */
  | { readonly kind: 'constant'; readonly data: HostArray; intended: boolean }
  /** One number repeated over the whole shape; takes no storage. */
  | { readonly kind: 'uniform'; readonly number: number };

/** One tensor of a traced graph. It serves tfjs as DataId, so that aliases (reshape to the same shape, clone) cost nothing. */
export class Value implements ValueSpec {
  /** How many tfjs tensors hold this value. */
  references = 0;

  constructor(
    readonly id: number,
    readonly shape: readonly number[],
    readonly dtype: DType,
    readonly source: Source,
  ) {}

  get size(): number {
    return this.shape.reduce((product, dimension) => product * dimension, 1);
  }

  /** The repeated number of a uniform value. */
  get uniform(): number | undefined {
    return this.source.kind === 'uniform' ? this.source.number : undefined;
  }

  /** Marks host constants as a fixed part of the model. */
  declareIntended(): void {
    if (this.source.kind === 'constant') this.source.intended = true;
  }

  /** The node that computes this value, if one does. */
  get producer(): GraphNode | undefined {
    return this.source.kind === 'node' ? this.source.node : undefined;
  }
}

/** One call of a tfjs kernel. `outputs` is filled once, when the node is made. */
export interface GraphNode {
  readonly kernel: string;
  readonly inputs: readonly Value[];
  readonly attributes: object;
  readonly outputs: readonly Value[];
  /** Position in the order of recording, which is a topological order. */
  readonly order: number;
}

/** A recorded function. */
export interface Traced {
  /** The symbolic inputs, in the order of the specification, whether used or not. */
  readonly inputs: readonly Value[];
  readonly outputs: Readonly<Record<string, Value>>;
  /** The variables handed in; their values are graph inputs named `var/<name>`. */
  readonly variables: readonly { readonly name: string; readonly value: Value }[];
  /** Non-uniform host constants that an output depends on. */
  readonly captured: readonly Value[];
}

/** Whether two shapes are the same. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dimension, i) => dimension === b[i]);

/** Calls `visit` once for every value that `outputs` depend on, themselves included. */
export function visitAncestors(outputs: Iterable<Value>, visit: (value: Value) => void): void {
  const seen = new Set<Value>();
  const pending = [...outputs];
  for (let value = pending.pop(); value; value = pending.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    visit(value);
    pending.push(...(value.producer?.inputs ?? []));
  }
}
