import { roundedUp, UNIT_ROUNDOFF } from './rounding';
import { GramAccumulator } from './gramAccumulator';
import { largestRitzPair } from './lanczos';
import type { TransposedProduct } from './products';
import { spectralBracket, type Bracket } from './spectralBracket';
import { squaredNorm } from './squaredNorm';

/** A zero-padded convolution without dilation over a plane: weights in the order outputs, inputs of a group, rows, columns. */
export interface Convolution {
  readonly weights: Float32Array | Float64Array;
  readonly outputs: number;
  /** Input channels of one group. */
  readonly inputs: number;
  readonly groups: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
  readonly padding: readonly [vertical: number, horizontal: number];
  /** Height and width of the input plane. */
  readonly plane: readonly [height: number, width: number];
}

/** Height and width of the output plane. */
export function outputPlane({ kernel, stride, padding, plane }: Convolution): readonly [number, number] {
  const size = (axis: 0 | 1) => Math.max(0, Math.floor((plane[axis] + 2 * padding[axis] - kernel[axis]) / stride[axis]) + 1);
  return [size(0), size(1)];
}

/** Applies the convolution of one group, or its transpose, to a plane of channels. */
function applyGroup(convolution: Convolution, group: number, vector: Float64Array, transposed: boolean): Float64Array {
  const { weights, inputs, kernel, stride, padding, plane, groups } = convolution;
  const outputs = convolution.outputs / groups;
  const [outHeight, outWidth] = outputPlane(convolution);
  const [inSize, outSize] = [plane[0] * plane[1], outHeight * outWidth];
  const result = new Float64Array(transposed ? inputs * inSize : outputs * outSize);
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++)
      for (let u = 0; u < kernel[0]; u++)
        for (let v = 0; v < kernel[1]; v++) {
          const weight = weights[(((group * outputs + output) * inputs + input) * kernel[0] + u) * kernel[1] + v]!;
          for (let y = 0; y < outHeight; y++) {
            const row = y * stride[0] + u - padding[0];
            if (row < 0 || row >= plane[0]) continue;
            const inRow = input * inSize + row * plane[1];
            const outRow = output * outSize + y * outWidth;
            for (let x = 0; x < outWidth; x++) {
              const column = x * stride[1] + v - padding[1];
              if (column < 0 || column >= plane[1]) continue;
              if (transposed) result[inRow + column]! += weight * vector[outRow + x]!;
              else result[outRow + x]! += weight * vector[inRow + column]!;
            }
          }
        }
  return result;
}

/** The largest operator whose matrix is written out to be bracketed like any other, in entries and along its smaller side. */
const MOST_DENSE_ENTRIES = 1 << 24;
const LARGEST_DENSE_SIDE = 1536;

/**
 * A certified bracket of the spectral norm of a zero-padded convolution as an operator between planes (docs/theory.md, F6.convolution). Small operators are
 * written out as matrices. For larger ones: below, ‖Tv‖/‖v‖ of Lanczos' vector; above, the largest norm of the symbol of the circular convolution
 * on a torus so large that the padded one is a part of it.
 * @param mostDenseEntries entries up to which the matrix is written out
 */
export async function convolutionBracket(
  convolution: Convolution,
  product: TransposedProduct,
  mostDenseEntries = MOST_DENSE_ENTRIES,
): Promise<Bracket> {
  const [outHeight, outWidth] = outputPlane(convolution);
  const columns = convolution.inputs * convolution.plane[0] * convolution.plane[1];
  const rows = (convolution.outputs / convolution.groups) * outHeight * outWidth;
  if (rows === 0 || columns === 0) return { lower: 0, upper: 0 };
  let [lower, upper] = [0, 0];
  const dense = rows * columns <= mostDenseEntries && Math.min(rows, columns) <= LARGEST_DENSE_SIDE;
  const torus = dense ? 0 : await torusBound(convolution, product);
  for (let group = 0; group < convolution.groups; group++) {
    const bracket = dense
      ? await denseBracket(convolution, group, rows, columns, product)
      : await matrixFree(convolution, group, columns, torus);
    lower = Math.max(lower, bracket.lower);
    upper = Math.max(upper, bracket.upper);
  }
  return { lower, upper };
}

async function denseBracket(
  convolution: Convolution,
  group: number,
  rows: number,
  columns: number,
  product: TransposedProduct,
): Promise<Bracket> {
  const transposedMatrix = new Float64Array(columns * rows);
  const unit = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    unit[column] = 1;
    transposedMatrix.set(applyGroup(convolution, group, unit, false), column * rows);
    unit[column] = 0;
  }
  const gram = new GramAccumulator({ rows: columns, columns: rows, outputs: 'columns' }, product);
  await gram.add(transposedMatrix);
  return spectralBracket(await gram.finish(squaredNorm(transposedMatrix)), product);
}

async function matrixFree(convolution: Convolution, group: number, columns: number, torus: number): Promise<Bracket> {
  const apply = (vector: Float64Array) => applyGroup(convolution, group, applyGroup(convolution, group, vector, false), true);
  const { vector } = await largestRitzPair(apply, columns, 1e-9, 120);
  const measured = Math.sqrt(squaredNorm(applyGroup(convolution, group, vector, false)) / squaredNorm(vector));
  return { lower: Math.min(torus, measured * (1 - 1e-9)), upper: torus };
}

/**
 * The largest spectral norm over all frequencies of the symbol Ŵ(ω) of the circular convolution on a torus on which the zero padding still separates the
 * ends of the plane: max(H + p, H + 2p − K + 1, K) points along each axis.
 * A complex matrix A + iB has the singular values of the real matrix [A −B; B A].
 */
async function torusBound(convolution: Convolution, product: TransposedProduct): Promise<number> {
  const { kernel, padding, plane, inputs, groups, weights } = convolution;
  const outputs = convolution.outputs / groups;
  const points = (axis: 0 | 1) => Math.max(plane[axis] + padding[axis], plane[axis] + 2 * padding[axis] - kernel[axis] + 1, kernel[axis]);
  const torus = [points(0), points(1)] as const;
  const taps = kernel[0] * kernel[1];
  let upper = 0;
  for (let group = 0; group < groups; group++)
    for (let p = 0; p <= torus[0] / 2; p++)
      for (let q = 0; q < torus[1]; q++) {
        const symbol = new Float64Array(4 * outputs * inputs);
        for (let output = 0; output < outputs; output++)
          for (let input = 0; input < inputs; input++) {
            let [real, imaginary] = [0, 0];
            for (let tap = 0; tap < taps; tap++) {
              const angle = -2 * Math.PI * ((p * Math.floor(tap / kernel[1])) / torus[0] + (q * (tap % kernel[1])) / torus[1]);
              const weight = weights[((group * outputs + output) * inputs + input) * taps + tap]!;
              real += weight * Math.cos(angle);
              imaginary += weight * Math.sin(angle);
            }
            const [top, bottom] = [output * 2 * inputs, (output + outputs) * 2 * inputs];
            symbol[top + input] = symbol[bottom + inputs + input] = real;
            symbol[top + inputs + input] = -imaginary;
            symbol[bottom + input] = imaginary;
          }
        const gram = new GramAccumulator({ rows: 2 * outputs, columns: 2 * inputs, outputs: 'rows' }, product);
        await gram.add(symbol);
        const found = await gram.finish(squaredNorm(symbol));
        if (found.trace * (1 + 1e-9) > upper * upper) upper = Math.max(upper, (await spectralBracket(found, product)).upper);
      }
  const symbolRounding = 64 * taps ** 1.5 * UNIT_ROUNDOFF * Math.sqrt(squaredNorm(weights));
  return roundedUp(upper + symbolRounding);
}
