import { fingerprint } from './fingerprint';
import { Value, type DType, type GraphNode, type HostArray, type Source, type ValueSpec } from './graph';
import { outputSpecs } from './kernels/kernel';
import { kernelNamed } from './kernels/table';
import { rewrite } from './rewrites';

/** A graph under construction: nodes are simplified when they are added, and equal ones are made once. */
export class GraphBuilder {
  private nodeCount = 0;
  private readonly known = new Map<string, readonly Value[]>();

  /** @param nextId numbers values; graphs that share values share the numbering. */
  constructor(private readonly nextId: () => number) {}

  input(name: string, shape: readonly number[], dtype: DType): Value {
    return this.value({ shape, dtype }, { kind: 'input', name });
  }

  uniform(number: number, shape: readonly number[], dtype: DType = 'float32'): Value {
    return this.value({ shape, dtype }, { kind: 'uniform', number });
  }

  /** Host data as a value; takes no storage when all elements are the same. */
  constant(data: HostArray, shape: readonly number[], dtype: DType, intended = false): Value {
    const first = data[0];
    if (first !== undefined && data.every(element => Object.is(element, first))) return this.uniform(first, shape, dtype);
    return this.value({ shape, dtype }, { kind: 'constant', data, intended });
  }

  /** Adds a kernel call and returns its outputs, which may belong to a simpler or an earlier node. */
  add(kernel: string, inputs: readonly Value[], attributes: object = {}): readonly Value[] {
    const specs = outputSpecs(kernelNamed(kernel), inputs, attributes);
    const simpler = specs.length === 1 ? rewrite({ kernel, inputs, attributes, result: specs[0]! }, this) : undefined;
    if (simpler) return [simpler];
    const key = keyOf(kernel, inputs, attributes);
    const earlier = this.known.get(key);
    if (earlier) return earlier;
    const outputs: Value[] = [];
    const node: GraphNode = { kernel, inputs, attributes, outputs, order: this.nodeCount++ };
    outputs.push(...specs.map(spec => this.value(spec, { kind: 'node', node })));
    this.known.set(key, outputs);
    return outputs;
  }

  /** `add` for kernels with one output. */
  one(kernel: string, inputs: readonly Value[], attributes: object = {}): Value {
    return this.add(kernel, inputs, attributes)[0]!;
  }

  /** The result of a call that was already recorded. */
  earlier(kernel: string, inputs: readonly Value[], attributes: object = {}): Value | undefined {
    return this.known.get(keyOf(kernel, inputs, attributes))?.[0];
  }

  /** `source` under another specification. */
  value({ shape, dtype }: ValueSpec, source: Source): Value {
    return new Value(this.nextId(), shape, dtype, source);
  }
}

function keyOf(kernel: string, inputs: readonly Value[], attributes: object): string {
  const operands = inputs.map(({ id, uniform, dtype, shape }) =>
    uniform === undefined ? `${id}` : `${Object.is(uniform, -0) ? '-0' : uniform}:${dtype}[${shape.join()}]`,
  );
  return `${kernel}(${operands.join(' ')})${fingerprint(attributes)}`;
}
