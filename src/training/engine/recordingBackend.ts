import * as tf from '@tensorflow/tfjs-core';
import { GraphBuilder } from './builder';
import { sameShape, Value, type DType, type HostArray } from './graph';
import { KERNELS, kernelNamed } from './kernels/table';
import { readSync } from './tfjs';
import { TraceFault } from './traceFault';

/** The name under which tfjs knows the recording backend. */
export const RECORDER = 'recorder';

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** The element type of a tensor as a graph knows it; strings and complex numbers are a `TraceFault`. */
export function dtypeOf(dtype: tf.DataType): DType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new TraceFault(`A traced function makes a tensor of type ${dtype}`, 'use numbers');
}

/** Host values as a graph stores them; arrays of the right type are kept as they are, as tfjs' own backends do. */
function hostArray(values: tf.BackendValues, dtype: DType): HostArray {
  const Stored = ARRAYS[dtype];
  return values instanceof Stored ? values : Stored.from(values as ArrayLike<number>);
}

/** A tfjs backend that computes nothing: every kernel call becomes a node of a graph, and the DataId that tfjs holds is the graph's value. */
class RecordingBackend extends tf.KernelBackend {
  graph: GraphBuilder;
  /** What a traced function did that it must not, where throwing at once would not reach the caller. */
  refusal: TraceFault | undefined;
  private valueCount = 0;
  private heldCount = 0;
  private foreign = new WeakMap<object, Value>();

  constructor() {
    super();
    this.graph = this.newGraph();
  }

  /** Starts a graph of its own; values of earlier graphs stay valid as tensors. */
  newGraph(): GraphBuilder {
    this.foreign = new WeakMap();
    this.refusal = undefined;
    return (this.graph = new GraphBuilder(() => this.valueCount++));
  }

  /** The value behind a tensor, in the tensor's shape. Tensors of another backend become constants. */
  valueBehind({ dataId, shape, dtype }: tf.TensorInfo): Value {
    const value = dataId instanceof Value ? dataId : this.foreignValue(dataId, shape, dtypeOf(dtype));
    return sameShape(value.shape, shape) ? value : this.graph.one('Reshape', [value], { shape });
  }

  /** Records a kernel call that tfjs makes. */
  record(kernel: string, inputs: Readonly<Record<string, tf.TensorInfo | undefined>>, attributes: object): tf.TensorInfo | tf.TensorInfo[] {
    const { inputs: names, defaults } = kernelNamed(kernel);
    const order = names ?? Object.keys(inputs).sort((a, b) => Number(a) - Number(b));
    const values = order.map(name => {
      const given = inputs[name];
      return given ? this.valueBehind(given) : this.graph.uniform(defaults?.[name] ?? 0, []);
    });
    const results = this.graph.add(kernel, values, attributes).map(value => {
      this.incRef(value);
      return { dataId: value, shape: [...value.shape], dtype: value.dtype };
    });
    return results.length === 1 ? results[0]! : results;
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): Value {
    const known = dtypeOf(dtype);
    const value = this.graph.constant(hostArray(values, known), [...shape], known);
    this.incRef(value);
    return value;
  }

  override readSync(dataId: object): HostArray {
    const { source, dtype, size } = dataId as Value;
    if (source.kind === 'constant') return source.data;
    if (source.kind === 'uniform') return new ARRAYS[dtype](size).fill(source.number);
    const what = source.kind === 'node' ? `the result of ${source.node.kernel}` : `the input ${source.name}`;
    throw new TraceFault(
      `A traced function reads ${what}, which is not known while tracing`,
      'compute with tensors only, without dataSync, arraySync or print',
    );
  }

  override read(dataId: object): Promise<HostArray> {
    try {
      return Promise.resolve(this.readSync(dataId));
    } catch (error) {
      if (!(error instanceof TraceFault)) throw error;
      this.refusal ??= error;
      return new Promise(() => undefined);
    }
  }

  override incRef(dataId: object): void {
    if (dataId instanceof Value && dataId.references++ === 0) this.heldCount++;
  }

  override refCount(dataId: object): number {
    return dataId instanceof Value ? dataId.references : 1;
  }

  override disposeData(dataId: object): boolean {
    if (!(dataId instanceof Value) || --dataId.references > 0) return false;
    this.heldCount--;
    return true;
  }

  override numDataIds(): number {
    return this.heldCount;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override dispose(): void {
    this.newGraph();
  }

  private foreignValue(dataId: object, shape: readonly number[], dtype: DType): Value {
    const known = this.foreign.get(dataId);
    if (known) return known;
    const value = this.graph.constant(hostArray(readSync(dataId), dtype), [...shape], dtype);
    this.foreign.set(dataId, value);
    return value;
  }
}

let registered: RecordingBackend | undefined;

/** The recording backend, registered with tfjs on first use at the lowest priority: a computing backend that is bundled stays the default. */
export function recordingBackend(): RecordingBackend {
  if (registered) return registered;
  const backend = new RecordingBackend();
  tf.registerBackend(RECORDER, () => backend, 0);
  for (const kernelName of Object.keys(KERNELS))
    tf.registerKernel({
      kernelName,
      backendName: RECORDER,
      kernelFunc: ({ inputs, attrs }) => backend.record(kernelName, inputs, attrs ?? {}),
    });
  return (registered = backend);
}
