import { Emitter, type EmitterOptions, type Name } from './emitter';
import { visitAncestors, type DType, type GraphNode, type Traced, type Value } from './graph';
import { emitNode } from './kernels/kernel';
import { kernelNamed } from './kernels/table';
import { encodeModel, type OnnxValue } from './onnx';
import { TraceFault } from './traceFault';

export interface CompileOptions {
  /** Values of variables to store in the model, by variable name; a variable without one stays an input. */
  readonly weights?: (name: string) => Float32Array | undefined;
  /** What stored weights are called in the file, by variable name; `var/<name>` when absent. */
  readonly weightName?: (name: string) => string;
  /** Only standard ONNX operators, and outputs under our own names: for files that other programs open. */
  readonly portable?: boolean;
  /** Threads that will run the model, 1 by default. */
  readonly threads?: number;
  /** The batch size of the trace, if the batch is to be dynamic: every dimension it divides is left open (choose a large prime). */
  readonly dynamicBatch?: number;
}

export interface CompiledModel {
  readonly bytes: Uint8Array;
  /** What the model is fed, variables (`var/<name>`) included; inputs that no output depends on are left out. */
  readonly inputs: readonly { readonly name: string; readonly dtype: DType; readonly shape: readonly number[] }[];
  /** Our output name → the name of the ONNX output. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Number of ONNX operators. */
  readonly nodes: number;
}

/** Uniform constants of up to this many elements are stored, larger ones expanded at run time. */
const STORED_ELEMENTS = 64;

/** Writes a traced graph as an ONNX model (opset 20). */
export function compile(traced: Traced, options: CompileOptions = {}): CompiledModel {
  const { nodes, values } = reachable(traced);
  const emitter = new Emitter({
    portable: options.portable ?? false,
    threads: options.threads,
    kernels: new Set(nodes.map(node => node.kernel)),
    batch: batchSource(traced, values, options.dynamicBatch),
  });
  const names = new Map<Value, Name>();
  for (const { name, value } of traced.variables) {
    const data = values.has(value) ? options.weights?.(name) : undefined;
    if (data) names.set(value, emitter.stored(options.weightName?.(name) ?? inputName(value), value.dtype, value.shape, data));
  }
  const inputs = [...traced.inputs, ...traced.variables.map(variable => variable.value)].filter(
    value => values.has(value) && !names.has(value),
  );
  const nameOf = (value: Value): Name => {
    const name = names.get(value) ?? constantOrInput(emitter, value, names.size);
    names.set(value, name);
    emitter.know(name, value.shape);
    return name;
  };
  for (const node of nodes) {
    const outputs = emitNode(kernelNamed(node.kernel), emitter, node.inputs.map(nameOf), node);
    node.outputs.forEach((value, i) => {
      names.set(value, outputs[i]!);
      emitter.know(outputs[i]!, value.shape);
    });
  }

  const described = (name: Name, { dtype, shape }: Value): OnnxValue => ({
    name,
    type: dtype,
    shape: shape.map(dimension => openDimension(dimension, options.dynamicBatch)),
  });
  const outputs: Record<string, Name> = {};
  const outputValues: OnnxValue[] = [];
  const taken = new Set<Name>();
  for (const [ours, value] of Object.entries(traced.outputs)) {
    const produced = nameOf(value);
    const own = options.portable || !value.producer || taken.has(produced);
    const name = own ? emitter.rename(produced, ours) : emitter.real(produced);
    taken.add(name);
    outputs[ours] = name;
    outputValues.push(described(name, value));
  }

  return {
    bytes: encodeModel({
      nodes: emitter.nodes,
      initialisers: emitter.initialisers,
      inputs: inputs.map(value => described(inputName(value), value)),
      outputs: outputValues,
    }),
    inputs: inputs.map(value => ({ name: inputName(value), dtype: value.dtype, shape: value.shape })),
    outputs,
    nodes: emitter.nodes.length,
  };
}

/** What the outputs depend on; nodes in the order of recording. */
function reachable(traced: Traced): { nodes: GraphNode[]; values: Set<Value> } {
  const nodes = new Set<GraphNode>();
  const values = new Set<Value>();
  visitAncestors(Object.values(traced.outputs), value => {
    values.add(value);
    if (value.producer) nodes.add(value.producer);
  });
  return { nodes: [...nodes].sort((a, b) => a.order - b.order), values };
}

function inputName({ source }: Value): Name {
  if (source.kind !== 'input') throw new Error('Only inputs have names of their own.');
  return source.name;
}

function constantOrInput(emitter: Emitter, value: Value, position: number): Name {
  const { source, dtype, shape, size } = value;
  if (source.kind === 'constant') return emitter.stored(`constant${position}`, dtype, shape, source.data);
  if (source.kind !== 'uniform') return inputName(value);
  if (dtype === 'float32' && shape.length && size <= STORED_ELEMENTS)
    return emitter.floats(new Float32Array(size).fill(source.number), shape);
  return emitter.filled(source.number, dtype, shape);
}

const openDimension = (dimension: number, batch: number | undefined): number | string =>
  batch === undefined || dimension % batch ? dimension : dimension === batch ? 'N' : `N*${dimension / batch}`;

/** The input that tells the batch size when the model runs: one whose axis is the batch itself if there is one. */
function batchSource(traced: Traced, values: ReadonlySet<Value>, batch: number | undefined): EmitterOptions['batch'] {
  if (batch === undefined) return undefined;
  const candidates = traced.inputs
    .filter(value => values.has(value))
    .flatMap(value => value.shape.map((dimension, axis) => ({ value, axis, multiple: dimension / batch })))
    .filter(({ multiple }) => Number.isInteger(multiple) && multiple > 0)
    .sort((a, b) => a.multiple - b.multiple);
  const [first] = candidates;
  if (!first)
    throw new TraceFault('No input of the exported function has the batch size as a dimension', 'give one of its inputs a batch axis');
  return { size: batch, input: inputName(first.value), axis: first.axis, multiple: first.multiple };
}
