import { mirrorLower } from '../../theory/transpose';
import type { GramSide, SingleAlgebra, SingleGramSum } from '../../theory/weights/singleGram';
import { loadNativeRuntime } from './native';
import { encodeModel, type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValue } from './onnx';
import { createSession, type OnnxRuntime, type OnnxSession } from './onnxRuntime';

/** Slices that one call adds, and row strips of the lower triangle. */
const SLICES = 4;
const STRIPS = 6;
/** Size times products of a slice: the error of a Gram matrix of noise grows with both, so larger ones get shorter slices. */
const BALANCE = 96 * 768;
const sliceOf = (size: number): number => Math.max(8, Math.min(128, 8 * Math.floor(BALANCE / size / 8)));

type Strips = readonly Float32Array[];

/** What one sum leaves behind for the next of the same size and side. */
interface Kept {
  readonly strips: Strips[];
  /** Room for the lines that one call adds. */
  group?: Float32Array;
  /** Where `finish` writes. */
  values?: Float32Array;
}

const float = (name: string, shape: readonly (number | string)[]): OnnxValue => ({ name, type: 'float32', shape });

/**
 * Gram matrices in 32-bit floats on the native engine: only the strips of the lower triangle are multiplied. One session a size and side is made and kept.
 * Products add themselves to the running sum where the engine is seen to sum each slice first (`sumsSlicesFirst`).
 * Throws what Node says where the native library does not load.
 */
export async function nativeSingle(threads: number): Promise<SingleAlgebra> {
  const runtime = loadNativeRuntime();
  const session = (graph: OnnxGraph) =>
    createSession(runtime, encodeModel(graph), { provider: 'cpu', threads, writesInPlace: true, optimisation: 'disabled' });
  const gramSession = async (size: number, side: GramSide) => {
    const fused = await session(gramGraph(size, side, true));
    if (await sumsSlicesFirst(runtime, fused, size, side)) return fused;
    return session(gramGraph(size, side, false));
  };
  const grams = new Map<string, Promise<OnnxSession>>();
  const kept = new Map<string, Kept>();
  const applier = await session({
    nodes: [{ operator: 'MatMul', inputs: ['matrix', 'vector'], outputs: ['image'], attributes: {}, domain: '' }],
    initialisers: [],
    inputs: [float('matrix', ['n', 'n']), float('vector', ['n', 1])],
    outputs: [float('image', ['n', 1])],
  });
  return {
    async gram(size, side) {
      const key = `${side} ${size}`;
      if (!grams.has(key)) grams.set(key, gramSession(size, side));
      if (!kept.has(key)) kept.set(key, { strips: [] });
      return new NativeSum(runtime, await grams.get(key)!, size, side, kept.get(key)!);
    },
    async apply(matrix, size, vector) {
      const feeds = {
        matrix: new runtime.Tensor('float32', matrix, [size, size]),
        vector: new runtime.Tensor('float32', vector, [size, 1]),
      };
      const image = new Float32Array(size);
      await applier.run(feeds, { image: new runtime.Tensor('float32', image, [size, 1]) });
      return image;
    },
  };
}

const bounds = (size: number): readonly number[] => Array.from({ length: STRIPS + 1 }, (_, i) => Math.round((i * size) / STRIPS));

/** Strip i of the lower triangle: its own rows against all columns up to its last. */
const stripShapes = (size: number): readonly (readonly [number, number])[] =>
  bounds(size)
    .slice(1)
    .map((end, i) => [end - bounds(size)[i]!, end]);

/**
 * Adds SLICES slices of `values` to the strips `sum0` …, which leave as `next0` ….
 * @param fused whether the product is told to add itself to the running sum, which is faster, but may round otherwise
 */
function gramGraph(size: number, side: GramSide, fused: boolean): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initialisers = new Map<string, OnnxTensor>();
  const node = (operator: string, inputs: readonly string[], output: string, attributes: OnnxNode['attributes'] = {}) => {
    nodes.push({ operator, inputs, outputs: [output], attributes, domain: '' });
    return output;
  };
  const whole = (value: number) => {
    const name = `whole${value}`;
    initialisers.set(name, { name, type: 'int64', shape: [1], data: BigInt64Array.of(BigInt(value)) });
    return name;
  };
  const slice = (of: string, from: number, to: number, axis: number, output: string) =>
    node('Slice', [of, whole(from), whole(to), whole(axis)], output);
  const ends = bounds(size);
  const inner = side === 'columns' ? 0 : 1;
  const length = sliceOf(size);
  const group = SLICES * length;
  const sums = ends.slice(1).map((_, strip) => `sum${strip}`);
  for (let part = 0; part < SLICES; part++) {
    const values = slice('values', part * length, (part + 1) * length, inner, `values_${part}`);
    for (let strip = 0; strip < STRIPS; strip++) {
      const own = slice(values, ends[strip]!, ends[strip + 1]!, 1 - inner, `own_${part}_${strip}`);
      const others = strip === STRIPS - 1 ? values : slice(values, 0, ends[strip + 1]!, 1 - inner, `others_${part}_${strip}`);
      const next = part === SLICES - 1 ? `next${strip}` : `sum_${part}_${strip}`;
      const gemm = (inputs: readonly string[], output: string) => node('Gemm', inputs, output, { transA: 1 - inner, transB: inner });
      const sum = sums[strip]!;
      sums[strip] = fused ? gemm([own, others, sum], next) : node('Add', [sum, gemm([own, others], `product_${part}_${strip}`)], next);
    }
  }
  const shapes = stripShapes(size);
  return {
    nodes,
    initialisers: [...initialisers.values()],
    inputs: [float('values', inner === 0 ? [group, size] : [size, group]), ...shapes.map((shape, i) => float(`sum${i}`, shape))],
    outputs: shapes.map((shape, i) => float(`next${i}`, shape)),
  };
}

/**
 * Whether a fused session sums each slice before it adds it to the running sum, in one piece: with running sums of 2²⁴, above which floats are 2 apart, and slices whose
 * products are all equal and add up to a little over 1, every slice must count for 2. Were a slice added in parts, each below 1, it would be lost. The order of
 * summation depends on shapes and not on values, so one look at every entry is enough.
 */
async function sumsSlicesFirst(runtime: OnnxRuntime, session: OnnxSession, size: number, side: GramSide): Promise<boolean> {
  const length = sliceOf(size);
  const sum = 2 ** 24;
  const shapes = stripShapes(size);
  const strips = (name: string, content: number) =>
    shapes.map(
      (shape, i) => [`${name}${i}`, new runtime.Tensor('float32', new Float32Array(shape[0] * shape[1]).fill(content), shape)] as const,
    );
  const values = new Float32Array(SLICES * length * size).fill(Math.ceil(2 ** 14 / Math.sqrt(length)) / 2 ** 14);
  const next = strips('next', 0);
  const shape = side === 'columns' ? [SLICES * length, size] : [size, SLICES * length];
  await session.run(
    { values: new runtime.Tensor('float32', values, shape), ...Object.fromEntries(strips('sum', sum)) },
    Object.fromEntries(next),
  );
  return next.every(([, { data }]) => data.every(entry => entry === sum + 2 * SLICES));
}

class NativeSum implements SingleGramSum {
  private sums: Strips;
  private spare: Strips;
  readonly slice: number;
  /** Products that one call adds. */
  private readonly length: number;
  private readonly group: Float32Array;
  private additions = 0;

  constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: OnnxSession,
    private readonly size: number,
    private readonly side: GramSide,
    private readonly kept: Kept,
  ) {
    const taken = () => kept.strips.pop() ?? stripShapes(size).map(([rows, columns]) => new Float32Array(rows * columns));
    [this.sums, this.spare] = [taken(), taken()];
    for (const strip of this.sums) strip.fill(0);
    this.slice = sliceOf(size);
    this.length = SLICES * this.slice;
    this.group = kept.group ??= new Float32Array(this.length * size);
  }

  async add(values: Float32Array, inner: number): Promise<void> {
    for (let from = 0; from < inner; from += this.length) await this.addGroup(this.groupOf(values, inner, from));
  }

  /** GROUP of the `inner` lines from `from` on; those that lack are zeros. */
  private groupOf(values: Float32Array, inner: number, from: number): Float32Array {
    const { size, group, length } = this;
    const count = Math.min(length, inner - from);
    if (this.side === 'columns') {
      const part = values.subarray(from * size, (from + count) * size);
      if (count === length) return part;
      group.fill(0).set(part);
      return group;
    }
    if (count < length) group.fill(0);
    for (let line = 0; line < size; line++) group.set(values.subarray(line * inner + from, line * inner + from + count), line * length);
    return group;
  }

  private async addGroup(group: Float32Array): Promise<void> {
    const { size, runtime, length } = this;
    const shapes = stripShapes(size);
    const strips = (name: string, arrays: readonly Float32Array[]) =>
      Object.fromEntries(arrays.map((array, i) => [`${name}${i}`, new runtime.Tensor('float32', array, shapes[i])]));
    const values = new runtime.Tensor('float32', group, this.side === 'columns' ? [length, size] : [size, length]);
    await this.session.run({ values, ...strips('sum', this.sums) }, strips('next', this.spare));
    [this.sums, this.spare] = [this.spare, this.sums];
    this.additions += SLICES;
  }

  finish(): { readonly values: Float32Array; readonly additions: number } {
    const { size, sums, kept } = this;
    const values = (kept.values ??= new Float32Array(size * size));
    stripShapes(size).forEach(([rows, columns], strip) => {
      const top = columns - rows;
      for (let row = 0; row < rows; row++)
        values.set(sums[strip]!.subarray(row * columns, row * columns + top + row + 1), (top + row) * size);
    });
    mirrorLower(values, size);
    kept.strips.push(this.sums, this.spare);
    return { values, additions: this.additions };
  }
}
