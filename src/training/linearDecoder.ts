import { cholesky, choleskySolve } from '../theory/cholesky';
import { admissibleRadius, decoderTransfer, trainedDecoderConstant } from '../theory/decoderTransfer';
import { gram } from '../theory/gram';
import { meanSquareNorm, type Matrix } from '../theory/matrix';
import type { Quantity } from '../theory/quantity';
import { headOutputs } from '../theory/rampLoss';
import { rampLipschitz, type BoundedHead, type HeadClass } from './boundedHead';

/** A linear decoder refitted to a finished encoder, and what lemma D2a makes of it. */
export interface DecoderSpectrum {
  /** Singular values of the decoder in falling order: how strongly the targets depend on each direction of the features. */
  readonly singularValues: readonly number[];
  /** Mean squared error per value of the decoder on the images that it was fitted to. */
  readonly residual: number;
  /** (C_β, ½) of lemma D2a with the head of D1 in the place of the best one. */
  readonly transferConstant: Quantity;
  /** Radius from which on the ball of heads holds the least-squares head of that target. */
  readonly admissibleRadius: number;
}

/** Share of the mean diagonal that is added to HᵀH, so that directions without spread do not blow up. */
const RIDGE = 1e-6;

/**
 * Fits images by a linear map of their features and looks at its spectrum. Both matrices have one row an image; features are those that `head` reads.
 * Undefined when the features or the images say nothing (all 0).
 */
export function decoderSpectrum(features: Matrix, images: Matrix, head: BoundedHead, heads: HeadClass): DecoderSpectrum | undefined {
  const decoder = leastSquares(features, images);
  if (!decoder?.values.some(value => value !== 0)) return undefined;
  const transfers = head.vectors.map(vector => decoderTransfer(decoder, vector));
  const root = (squares: readonly number[]) => Math.sqrt(squares.reduce((sum, value) => sum + value ** 2, 0));
  const together = {
    ...transfers[0]!,
    decodedNorm: root(transfers.map(one => one.decodedNorm)),
    headNorm: root(transfers.map(one => one.headNorm)),
    outside: root(transfers.map(one => one.outside)),
  };
  const outputs = head.vectors.map(vector => headOutputs(features, vector));
  return {
    singularValues: Array.from(together.singularValues),
    residual: residual(features, images, decoder),
    transferConstant: trainedDecoderConstant(together, rampLipschitz(heads), images.columns),
    admissibleRadius: admissibleRadius(features, root(outputs.map(values => root(Array.from(values)))) / Math.sqrt(features.rows)),
  };
}

/** A, targets × features, that minimises Σ‖z − Ah‖² up to the ridge. */
function leastSquares(features: Matrix, images: Matrix): Matrix | undefined {
  const { columns: p } = features;
  const products = gram(features);
  const ridge = (RIDGE * meanSquareNorm(features) * features.rows) / p;
  for (let j = 0; j < p; j++) products.values[j * p + j]! += ridge;
  const factor = cholesky(products);
  if (!factor) return undefined;
  const values = new Float64Array(images.columns * p);
  for (let target = 0; target < images.columns; target++) {
    const right = new Float64Array(p);
    for (let i = 0; i < features.rows; i++) {
      const value = images.values[i * images.columns + target]!;
      for (let j = 0; j < p; j++) right[j]! += value * features.values[i * p + j]!;
    }
    values.set(choleskySolve(factor, right), target * p);
  }
  return { rows: images.columns, columns: p, values };
}

function residual(features: Matrix, images: Matrix, decoder: Matrix): number {
  let sum = 0;
  for (let target = 0; target < images.columns; target++)
    headOutputs(features, decoder.values.subarray(target * features.columns, (target + 1) * features.columns)).forEach(
      (value, i) => (sum += (value - images.values[i * images.columns + target]!) ** 2),
    );
  return sum / images.values.length;
}
