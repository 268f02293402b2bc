import type { Gain } from './composition';

/** A window that moves over one axis, as a convolution's or a pooling's. */
export interface WindowAxis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

const greatestCommonDivisor = (left: number, right: number): number => (right === 0 ? left : greatestCommonDivisor(right, left % right));

/** In how many windows one entry can lie. */
export function overlap(axes: readonly WindowAxis[]): number {
  return axes.reduce((product, { kernel, stride, dilation }) => {
    return product * Math.ceil(kernel / (stride / greatestCommonDivisor(stride, dilation)));
  }, 1);
}

const positions = (axes: readonly WindowAxis[]): number => axes.reduce((product, { kernel }) => product * kernel, 1);

/**
 * What a convolution adds to the spectral norm of its kernel as a matrix with one row an output channel (docs/definitions.md, composition):
 * √(windows over one entry) in the Euclidean norm, √(entries of a window) in the norm of a row.
 */
export const convolutionGain = (axes: readonly WindowAxis[]): Gain => ({
  euclidean: Math.sqrt(overlap(axes)),
  rows: Math.sqrt(positions(axes)),
});

/** The same for a transposed convolution, whose kernel is also taken with one row an output channel. */
export const transposedConvolutionGain = (axes: readonly WindowAxis[]): Gain => ({
  euclidean: Math.sqrt(positions(axes)),
  rows: Math.sqrt(overlap(axes)),
});

/** The same for a transposed convolution by a bare tensor, whose kernel may be taken with one row an output or an input channel. */
export const bareTransposedGain = (axes: readonly WindowAxis[]): Gain => ({ euclidean: Math.sqrt(positions(axes)), rows: overlap(axes) });

/** The maximum over each window. */
export const maximumGain = (axes: readonly WindowAxis[]): Gain => ({
  euclidean: Math.sqrt(overlap(axes)),
  rows: Math.sqrt(positions(axes)),
});

/** The mean over each window; Euclidean √(windows over one entry / entries of a window). */
export const meanGain = (axes: readonly WindowAxis[]): Gain => ({
  euclidean: Math.sqrt(overlap(axes) / positions(axes)),
  rows: 1,
});
