import type { Matrix } from '../matrix';
import { rotateTargets } from '../symmetricEigen';
import { trace } from './entries';
import { hScore, ledoitWolfShrinkage, regularisedHScore } from './hScore';
import { labelCka } from './labelCka';
import { logMe } from './logMe';
import type { Moments } from './moments';
import { participationRatio, rankMe } from './spectrum';

export const SPECTRAL = ['logme', 'rankme', 'hscore', 'regularizedHScore', 'labelCka', 'participationRatio'] as const;
export type SpectralName = (typeof SPECTRAL)[number];

/**
 * The scores that need only first and second moments, two eigenvalue problems in all. `dimensions` is that of the features, which the moments may hold in a smaller
 * basis; `fourthMoment` is Σ‖x − mean‖⁴. Each is a function, so that one that cannot be computed does not take the others with it.
 */
export function spectralScores(moments: Moments, dimensions: number, fourthMoment: number): Readonly<Record<SpectralName, () => number>> {
  const { count, counts } = moments;
  const scatter = moments.scatter();
  const uncentred = once(() => rotateTargets(moments.gram(), moments.classSumColumns()));
  const centred = once(() => rotateTargets(scatter, moments.classOffsets(Math.sqrt)));
  return {
    logme: () => logMe(uncentred(), counts, count),
    rankme: () => rankMe(uncentred().values, count, dimensions),
    hscore: () => hScore(centred()),
    regularizedHScore: () => {
      const shrinkage = ledoitWolfShrinkage(scatter, fourthMoment, count, dimensions);
      return regularisedHScore(centred(), shrinkage, { count, dimensions, trace: trace(scatter) });
    },
    labelCka: () => labelCka(moments),
    participationRatio: () => participationRatio(scatter),
  };
}

/** Σ‖x − mean‖⁴ over the rows. */
export function fourthMoment({ rows, columns, values }: Matrix, mean: Float64Array): number {
  let total = 0;
  for (let i = 0; i < rows; i++) {
    let square = 0;
    for (let j = 0; j < columns; j++) square += (values[i * columns + j]! - mean[j]!) ** 2;
    total += square ** 2;
  }
  return total;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
