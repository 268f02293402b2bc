import type { Random } from '../../../src/common/random';
import type { Matrix } from '../../../src/theory/matrix';
import { symmetricEigenvalues } from '../../../src/theory/symmetricEigen';
import type { TransformerNetwork } from '../../../src/theory/transformerCapacity';
import type { NormalisationPlace } from '../../../src/theory/transformerNorms';
import { multiply, normalMatrix } from './support';

/** A transformer small enough to be run in a test, with the weights that the theory's groups speak of. */
export interface SmallTransformer {
  readonly place: NormalisationPlace;
  readonly embedding: Matrix;
  readonly blocks: readonly {
    readonly heads: readonly { readonly value: Matrix; readonly queryKey: Matrix }[];
    readonly first: Matrix;
    readonly second: Matrix;
  }[];
  readonly decoder: Matrix;
}

const KEY_WIDTH = 4;
export const SCALE = 0.7;
const LN_EPSILON = 0.3;
const GAIN = 0.8;
const SHIFT = 0.1;

const transposed = ({ rows, columns, values }: Matrix): Matrix => ({
  rows: columns,
  columns: rows,
  values: Float64Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!),
});

export const spectralNorm = (matrix: Matrix): number =>
  Math.sqrt(Math.max(0, symmetricEigenvalues(multiply(transposed(matrix), matrix))[0]!));

/** ‖W‖_{2,∞}: the largest norm of a row. */
export function largestRow({ rows, columns, values }: Matrix): number {
  let most = 0;
  for (let i = 0; i < rows; i++) most = Math.max(most, Math.hypot(...values.subarray(i * columns, (i + 1) * columns)));
  return most;
}

export const add = (left: Matrix, right: Matrix, factor = 1): Matrix => ({
  ...left,
  values: Float64Array.from(left.values, (value, i) => value + factor * right.values[i]!),
});

/** A matrix of the given spectral norm in a random direction. */
export function matrixOfNorm(random: Random, rows: number, columns: number, norm: number): Matrix {
  const matrix = normalMatrix(random, rows, columns);
  const factor = norm / spectralNorm(matrix);
  return { ...matrix, values: Float64Array.from(matrix.values, value => factor * value) };
}

export function randomTransformer(
  random: Random,
  place: NormalisationPlace,
  width: number,
  heads: number,
  depth: number,
  norm: number,
): SmallTransformer {
  const square = () => matrixOfNorm(random, width, width, norm * (0.3 + 0.7 * random.uniform()));
  return {
    place,
    embedding: square(),
    blocks: Array.from({ length: depth }, () => ({
      heads: Array.from({ length: heads }, () => ({ value: square(), queryKey: square() })),
      first: square(),
      second: square(),
    })),
    decoder: square(),
  };
}

function normalise({ rows, columns, values }: Matrix): Matrix {
  const result = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * columns, (i + 1) * columns);
    let mean = 0;
    for (const value of row) mean += value / columns;
    let variance = 0;
    for (const value of row) variance += (value - mean) ** 2 / columns;
    for (let j = 0; j < columns; j++)
      result[i * columns + j] = (GAIN * (row[j]! - mean)) / Math.sqrt(variance + LN_EPSILON) + SHIFT / Math.sqrt(columns);
  }
  return { rows, columns, values: result };
}

function attend(tokens: Matrix, queryKey: Matrix): Matrix {
  const scores = multiply(multiply(tokens, queryKey), transposed(tokens));
  const n = scores.rows;
  const weights = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = Array.from(scores.values.subarray(i * n, (i + 1) * n), score => score / Math.sqrt(KEY_WIDTH));
    const most = Math.max(...row);
    const exponentials = row.map(score => Math.exp(score - most));
    const sum = exponentials.reduce((all, value) => all + value, 0);
    exponentials.forEach((value, j) => (weights[i * n + j] = value / sum));
  }
  return multiply({ rows: n, columns: n, values: weights }, tokens);
}

const rectified = (matrix: Matrix): Matrix => ({ ...matrix, values: Float64Array.from(matrix.values, value => Math.max(0, value)) });

/** Tokens after the blocks. */
export function runBlocks({ place, blocks }: SmallTransformer, tokens: Matrix): Matrix {
  let state = tokens;
  for (const { heads, first, second } of blocks) {
    const read = place === 'pre' ? normalise(state) : state;
    for (const { value, queryKey } of heads) state = add(state, multiply(attend(read, queryKey), value), SCALE);
    if (place === 'post') state = normalise(state);
    const forward = multiply(rectified(multiply(place === 'pre' ? normalise(state) : state, first)), second);
    state = add(state, forward, SCALE);
    if (place === 'post') state = normalise(state);
  }
  return state;
}

/** Patches in, reconstructed patches out. */
export const runTransformer = (network: SmallTransformer, patches: Matrix): Matrix =>
  multiply(runBlocks(network, multiply(patches, network.embedding)), network.decoder);

/** The same network as the theory sees it: by its norms. */
export function described(network: SmallTransformer, patchNorm: number): TransformerNetwork {
  const { place, embedding, blocks, decoder } = network;
  const width = embedding.columns;
  const size = (matrix: Matrix) => ({ parameters: matrix.values.length, groupNorm: columnNorms(matrix) });
  const normalisation = { rowNorm: Math.sqrt(width) * GAIN + SHIFT, lipschitz: GAIN / Math.sqrt(LN_EPSILON) };
  return {
    patchNorm,
    embeddingNorm: patchNorm * spectralNorm(embedding),
    embedding: { norm: spectralNorm(embedding), size: size(embedding) },
    decoder: { norm: spectralNorm(decoder), size: size(decoder) },
    blocks: blocks.map(({ heads, first, second }) => ({
      attentionScale: SCALE,
      feedForwardScale: SCALE,
      keyWidth: KEY_WIDTH,
      heads: heads.map(head => ({ value: spectralNorm(head.value), queryKey: spectralNorm(head.queryKey) })),
      feedForward: [spectralNorm(first), spectralNorm(second)],
      ...(place !== 'none' && { normalisation: { ...normalisation, place } }),
      sizes: {
        heads: heads.map(head => ({ value: size(head.value), queryKey: size(head.queryKey) })),
        feedForward: [size(first), size(second)],
      },
    })),
  };
}

/** ‖W‖_{2,1}: sum over the columns of their norms. */
function columnNorms({ rows, columns, values }: Matrix): number {
  let sum = 0;
  for (let j = 0; j < columns; j++) sum += Math.hypot(...Array.from({ length: rows }, (_, i) => values[i * columns + j]!));
  return sum;
}
