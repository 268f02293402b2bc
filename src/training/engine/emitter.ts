import { fingerprint } from './fingerprint';
import { sameShape } from './graph';
import { elementType, type OnnxAttributes, type OnnxNode, type OnnxTensor, type OnnxType } from './onnx';

/** The name of a tensor in the ONNX graph. */
export type Name = string;

export interface EmitterOptions {
  /** Only standard ONNX operators. */
  readonly portable: boolean;
  /** Threads that will run the graph: what ONNX Runtime does on one thread only is written in another way for several. 1 by default. */
  readonly threads?: number;
  /** Names of the graph's kernels: a kernel computes more where its gradient is among them. */
  readonly kernels: ReadonlySet<string>;
  /** How the batch size is found when it is to be dynamic: an input, its axis that counts the batch, and how often. */
  readonly batch?: { readonly size: number; readonly input: Name; readonly axis: number; readonly multiple: number };
}

interface LazyTranspose {
  readonly source: Name;
  readonly permutation: readonly number[];
  written: boolean;
}

/** Operators for which op(transpose(x)) = transpose(op(x)). */
const POINTWISE = new Set([
  ...['Add', 'Cast', 'Clip', 'Div', 'Elu', 'Erf', 'Exp', 'Gelu', 'Greater', 'GreaterOrEqual', 'LeakyRelu', 'Mul', 'Neg', 'Not'],
  ...['Relu', 'Sigmoid', 'Sqrt', 'Sub', 'Sum', 'Tanh', 'Where'],
]);

/**
 * Collects the operators and constants of an ONNX graph; equal ones are written once. Transpositions are lazy: they move down through
 * pointwise operators and reductions and cancel, so that tfjs' NHWC image models run in ONNX's NCHW without layout changes.
 */
export class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initialisers: OnnxTensor[] = [];
  private readonly written = new Map<string, readonly Name[]>();
  private readonly constants = new Map<string, Name>();
  private readonly lazy = new Map<Name, LazyTranspose>();
  private readonly shapes = new Map<Name, readonly number[]>();

  constructor(private readonly options: EmitterOptions) {}

  get portable(): boolean {
    return this.options.portable;
  }

  get threads(): number {
    return this.options.threads ?? 1;
  }

  /** Whether the graph has a kernel of this name. */
  has(kernel: string): boolean {
    return this.options.kernels.has(kernel);
  }

  /** Tells the shape behind a name, which lets transpositions pass scalars and vectors. */
  know(name: Name, shape: readonly number[]): void {
    if (!this.shapes.has(name)) this.shapes.set(name, shape);
  }

  /** Writes an operator with one output. */
  one(operator: string, inputs: readonly Name[], attributes: OnnxAttributes = {}, domain = ''): Name {
    const lowered = POINTWISE.has(operator) ? this.belowTranspose(operator, inputs, attributes) : undefined;
    return lowered ?? this.several(operator, inputs, 1, attributes, domain)[0]!;
  }

  /** Writes an operator with `count` outputs. */
  several(operator: string, inputs: readonly Name[], count: number, attributes: OnnxAttributes = {}, domain = ''): readonly Name[] {
    const real = inputs.map(input => this.real(input));
    const key = `${domain}:${operator}(${real.join()})${fingerprint(attributes)}${count}`;
    const known = this.written.get(key);
    if (known) return known;
    const first = `t${this.nodes.length}`;
    const outputs = Array.from({ length: count }, (_, i) => (i ? `${first}_${i}` : first));
    this.nodes.push({ operator, inputs: real, outputs, attributes, domain });
    this.written.set(key, outputs);
    return outputs;
  }

  /** Gives `source` a name of the caller's choice. */
  rename(source: Name, name: Name): Name {
    this.nodes.push({ operator: 'Identity', inputs: [this.real(source)], outputs: [name], attributes: {}, domain: '' });
    return name;
  }

  /** The name of a tensor that is really computed: writes a lazy transposition. */
  real(name: Name): Name {
    const transpose = this.lazy.get(name);
    if (transpose && !transpose.written) {
      transpose.written = true;
      const inputs = [this.real(transpose.source)];
      this.nodes.push({ operator: 'Transpose', inputs, outputs: [name], attributes: { perm: transpose.permutation }, domain: '' });
    }
    return name;
  }

  /** Transposes lazily; transpositions of transpositions become one or none. */
  transpose(x: Name, permutation: readonly number[]): Name {
    const inner = this.lazy.get(x);
    if (inner)
      return this.transpose(
        inner.source,
        permutation.map(axis => inner.permutation[axis]!),
      );
    if (permutation.every((axis, i) => axis === i)) return x;
    const name = `${x}^${permutation.join('')}`;
    if (!this.lazy.has(name)) this.lazy.set(name, { source: x, permutation, written: false });
    return name;
  }

  /** Reduces over `axes`. A transposition before it is dropped where the order of what remains does not matter. */
  reduce(operator: string, x: Name, axes: readonly number[], keepDimensions: boolean): Name {
    const transpose = this.lazy.get(x);
    if (!transpose || keepDimensions || transpose.permutation.length - axes.length > 1)
      return this.one(operator, [x, this.integers(axes)], { keepdims: Number(keepDimensions) });
    const sourceAxes = axes.map(axis => transpose.permutation[axis]!).sort((a, b) => a - b);
    return this.one(operator, [transpose.source, this.integers(sourceAxes)], { keepdims: 0 });
  }

  reshape(x: Name, shape: readonly number[]): Name {
    const open = shape.filter(dimension => this.isBatch(dimension));
    if (open.length !== 1 || shape.includes(0)) return this.one('Reshape', [x, this.dimensions(shape)]);
    return this.one('Reshape', [x, this.integers(shape.map(dimension => (this.isBatch(dimension) ? -1 : dimension)))]);
  }

  cast(x: Name, type: OnnxType): Name {
    return this.one('Cast', [x], { to: elementType(type) });
  }

  /** A float constant without axes. */
  scalar(number: number): Name {
    const name = this.initialise(`f(${Object.is(number, -0) ? '-0' : number})`, 'float32', [], Float32Array.of(number));
    this.know(name, []);
    return name;
  }

  /** 64-bit integers, as ONNX wants axes and shapes: a vector if no shape is given. */
  integers(numbers: readonly number[], shape: readonly number[] = [numbers.length]): Name {
    return this.initialise(`i[${numbers.join()}][${shape.join()}]`, 'int64', shape, BigInt64Array.from(numbers, BigInt));
  }

  floats(numbers: Float32Array | readonly number[], shape: readonly number[]): Name {
    return this.initialise(`f[${numbers.join()}][${shape.join()}]`, 'float32', shape, Float32Array.from(numbers));
  }

  /** Stores `data` under a name that no other constant has. */
  stored(name: Name, type: OnnxType, shape: readonly number[], data: ArrayBufferView): Name {
    this.initialisers.push({ name, type, shape, data });
    return name;
  }

  /** `number` repeated over a shape. */
  filled(number: number, type: OnnxType, shape: readonly number[]): Name {
    if (type === 'float32' && !shape.length) return this.scalar(number);
    const one = this.scalar(number);
    const typed = type === 'float32' ? one : this.cast(one, type);
    return shape.length ? this.one('Expand', [typed, this.dimensions(shape)]) : typed;
  }

  zeros(shape: readonly number[]): Name {
    return this.one('ConstantOfShape', [this.dimensions(shape)]);
  }

  /** A shape as a tensor of integers; dimensions that count the batch are computed when the model runs. */
  dimensions(shape: readonly number[]): Name {
    const { batch } = this.options;
    if (!batch || !shape.some(dimension => this.isBatch(dimension))) return this.integers(shape);
    const parts = shape.map(dimension => {
      if (!this.isBatch(dimension)) return this.integers([dimension]);
      const factor = dimension / batch.size;
      return factor === 1 ? this.batchSize(batch) : this.one('Mul', [this.batchSize(batch), this.integers([factor])]);
    });
    return parts.length === 1 ? parts[0]! : this.one('Concat', parts, { axis: 0 });
  }

  private batchSize({ input, axis, multiple }: NonNullable<EmitterOptions['batch']>): Name {
    const length = this.one('Shape', [input], { start: axis, end: axis + 1 });
    return multiple === 1 ? length : this.one('Div', [length, this.integers([multiple])]);
  }

  private isBatch(dimension: number): boolean {
    return this.options.batch !== undefined && dimension > 0 && dimension % this.options.batch.size === 0;
  }

  private initialise(key: string, type: OnnxType, shape: readonly number[], data: ArrayBufferView): Name {
    const known = this.constants.get(key);
    if (known) return known;
    const name = `c${this.initialisers.length}`;
    this.constants.set(key, name);
    return this.stored(name, type, shape, data);
  }

  /** The same operator above the transposition that its operands share, if they share one. */
  private belowTranspose(operator: string, inputs: readonly Name[], attributes: OnnxAttributes): Name | undefined {
    const permutation = inputs.map(input => this.lazy.get(input)?.permutation).find(Boolean);
    if (!permutation || permutation.length < 4) return undefined;
    const sources: Name[] = [];
    for (const input of inputs) {
      const source = this.transposedBack(input, permutation);
      if (source === undefined) return undefined;
      sources.push(source);
    }
    return this.transpose(this.one(operator, sources, attributes), permutation);
  }

  /** What, transposed by `permutation`, is `name`, if that costs nothing. */
  private transposedBack(name: Name, permutation: readonly number[]): Name | undefined {
    const transpose = this.lazy.get(name);
    if (transpose) return sameShape(transpose.permutation, permutation) ? transpose.source : undefined;
    const shape = this.shapes.get(name);
    if (shape?.length === 0) return name;
    if (shape?.length !== 1) return undefined;
    const along = permutation.map(() => 1);
    along[permutation.at(-1)!] = shape[0]!;
    return this.one('Reshape', [name, this.integers(along)]);
  }
}
