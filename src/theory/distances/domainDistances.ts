import { Random } from '../../common/random';
import type { Matrix } from '../matrix';
import { marginalTotalVariations } from './marginals';
import { coral, frechet2, meanDistance2, momentsOf } from './moments';
import { medianDistance, pairDistances } from './pairwise';
import { evenSplit, proxyADistance } from './proxyADistance';
import { randomDirections, slicedWasserstein } from './wasserstein';

/** Directions that are drawn when none are given. */
const DIRECTIONS = 64;

/** How far two samples of features are apart, by every measure ("domain distances" in docs/theory.md). */
export interface DomainDistances {
  /** Unbiased squared maximum mean discrepancy with the kernel exp(−d²/2σ²), and its σ, the pooled median distance. */
  readonly mmd2: number;
  readonly mmdSigma: number;
  /** ‖μ₁ − μ₂‖². */
  readonly mmdLinear2: number;
  readonly energy2: number;
  readonly slicedW1: number;
  readonly slicedW2: number;
  readonly frechet2: number;
  readonly coral: number;
  /** A lower bound only: what a linear classifier finds. */
  readonly proxyADistance: number;
  /** Mean over the features of the total variation of their ten-bin histograms. */
  readonly marginalTv: number;
}

export interface DomainDistanceSettings {
  /** Unit vectors, one a row, for the sliced distances; 64 fixed random ones when absent. */
  readonly directions?: Matrix;
  readonly signal?: AbortSignal;
  readonly progress?: (fraction: number) => void;
}

/** All distances between two samples. Throws a RangeError when their widths differ or one has fewer than four rows. */
export function domainDistances(source: Matrix, target: Matrix, settings: DomainDistanceSettings = {}): DomainDistances {
  if (source.columns !== target.columns) throw new RangeError(`The samples have ${source.columns} and ${target.columns} columns`);
  if (Math.min(source.rows, target.rows) < 4) throw new RangeError('Each sample takes at least four rows');
  const { directions = randomDirections(DIRECTIONS, source.columns, new Random('directions')) } = settings;
  const mmdSigma = medianDistance(source, target);
  const pairs = pairDistances(source, target, mmdSigma || 1, settings);
  const [of, other] = [momentsOf(source), momentsOf(target)];
  const marginals = marginalTotalVariations(source, target);
  return {
    mmd2: pairs.mmd2,
    mmdSigma,
    mmdLinear2: meanDistance2(of, other),
    energy2: pairs.energy2,
    slicedW1: slicedWasserstein(source, target, directions, 1),
    slicedW2: slicedWasserstein(source, target, directions, 2),
    frechet2: frechet2(of, other),
    coral: coral(of, other),
    proxyADistance: proxyADistance(source, target, evenSplit(source.rows, target.rows, new Random('domain split'))).value,
    marginalTv: marginals.reduce((sum, value) => sum + value, 0) / marginals.length,
  };
}
