import { weakest, type Evidence } from '../report';
import {
  joinedNoise,
  magnitudeMeasure,
  networkMeasures,
  perPoint,
  perturbationMeasure,
  type NetworkMeasures,
  type RelativeNoise,
} from './networkMeasures';
import type { PathNorms } from './programPaths';
import { logBartlettComplexity, logGolowichFrobenius, logGolowichL1, logNeyshaburTerm, middle, type LayerNorms } from './totals';

/** One matrix of a trained network, and what training changed of it where the initial weights are known. */
export interface MeasuredLayer extends LayerNorms {
  /** The same norms of W − W₀, and its noise where σ′ is given. */
  readonly change?: LayerNorms & { readonly noise?: RelativeNoise };
  /** How many numbers one output takes in. */
  readonly inputs: number;
}

/** What measures need beside the weights; those that need what is not given are left out. */
export interface MeasureSettings {
  /** γ: the margin that a tenth of the training points fall short of. */
  readonly margin?: number;
  /** n: training points. */
  readonly points?: number;
  /** B: no input has a larger Euclidean norm; 1 when absent. */
  readonly inputNorm?: number;
  /** σ: the deviation of Gaussian noise on all weights that costs a tenth of the accuracy. */
  readonly sigma?: number;
  /** σ′: the same for noise in proportion to each weight; that of the changes is made with it. */
  readonly relativeSigma?: number;
  /** Path norms, where there are any, and what they assume. */
  readonly pathNorms?: PathNorms & { readonly assumptions?: readonly string[] };
  /** What holds of all of the numbers. */
  readonly assumptions: readonly string[];
  /** How well the weights are known: `estimated` where some are missing. */
  readonly evidence: Evidence;
}

/** The measures by the last part of their ids, with their formulas; W₀ are the initial weights, d is the number of matrices. */
export const MEASURES = {
  parameterNorm: 'Σ‖W‖_F²',
  frobeniusDistance: 'Σ‖W − W₀‖_F²',
  spectralDistance: 'Σ‖W − W₀‖²',
  frobeniusOverSpectral: 'Σ‖W‖_F²/‖W‖²',
  logProductSpectral: 'ln Π‖W‖²',
  logProductSpectralOverMargin: 'ln(Π‖W‖²/γ²)',
  logSumSpectral: 'ln(d·(Π‖W‖²)^(1/d))',
  logSumSpectralOverMargin: 'ln(d·(Π‖W‖²/γ²)^(1/d))',
  logSpectralFromZero: 'ln(Π‖W‖²·Σ(‖W‖_F²/‖W‖²)/γ²)',
  logSpectralFromInitial: 'ln(Π‖W‖²·Σ(‖W − W₀‖_F²/‖W‖²)/γ²)',
  logProductFrobenius: 'ln Π‖W‖_F²',
  logProductFrobeniusOverMargin: 'ln(Π‖W‖_F²/γ²)',
  logSumFrobenius: 'ln(d·(Π‖W‖_F²)^(1/d))',
  logSumFrobeniusOverMargin: 'ln(d·(Π‖W‖_F²/γ²)^(1/d))',
  inverseMargin: '1/γ²',
  bartlettFromZero: 'ln(Π‖W‖·(Σ(‖Wᵀ‖_{2,1}/‖W‖)^(2/3))^(3/2))',
  bartlettFromInitial: 'ln(Π‖W‖·(Σ(‖Wᵀ − W₀ᵀ‖_{2,1}/‖W‖)^(2/3))^(3/2))',
  neyshaburFromZero: 'ln(Π‖W‖²·Σ‖W‖_F²/‖W‖²)',
  neyshaburFromInitial: 'ln(Π‖W‖²·Σ‖W − W₀‖_F²/‖W‖²)',
  golowichFrobenius: 'ln(B·Π‖W‖_F·(√(2d ln 2) + 1)/√n)',
  golowichL1: 'ln(2B·Π‖W‖_{1,∞}·√(d + 1 + ln m)/√n)',
  pathNorm1: 'Σ over paths Π|w|',
  pathNorm2: '(Σ over paths Πw²)^½',
  perturbationFromZero: 'Σ‖W‖_F²/4σ² + ln(n/σ) + 10',
  perturbationFromInitial: 'Σ‖W − W₀‖_F²/4σ² + ln(n/σ) + 10',
  magnitudeFromZero: '¼Σ ln((ε² + (σ′² + 1)Σ‖W‖_F²/ω)/(ε² + σ′²(w − w₀)²)) + ln(n/σ′) + 10',
  magnitudeFromInitial: '¼Σ ln((ε² + (σ′² + 1)Σ‖W − W₀‖_F²/ω)/(ε² + σ′²(w − w₀)²)) + ln(n/σ′) + 10',
} as const;

export type MeasureName = keyof typeof MEASURES;

/** One measure of a network or of a block of it. None is a bound of what the network does; those of Golowich bound a chain's Rademacher complexity. */
export interface Measure {
  /** Stable, explained in docs/theory.md. */
  readonly id: `measure.${MeasureName}`;
  readonly value: number;
  /** The value as it is set against a generalisation gap, where n is given: √(value/n), for logarithms ½(value − ln n). */
  readonly perPoint?: number;
  readonly evidence: Evidence;
  readonly formula: string;
  readonly inputs: Readonly<Record<string, number>>;
  readonly assumptions: readonly string[];
}

const CHAIN = 'the matrices are one chain: skip connections and branches are not counted';
const ACTIVATIONS = 'activations are 1-Lipschitz and positive-homogeneous';

const NEEDS_MARGIN: readonly (keyof NetworkMeasures)[] = [
  'logProductSpectralOverMargin', 'logSumSpectralOverMargin', 'logSpectralFromZero', 'logProductFrobeniusOverMargin', 'logSumFrobeniusOverMargin', 'inverseMargin',
]; // prettier-ignore
const NEEDS_NOTHING: readonly (keyof NetworkMeasures)[] = [
  'parameterNorm', 'frobeniusOverSpectral', 'logProductSpectral', 'logSumSpectral', 'logProductFrobenius', 'logSumFrobenius',
]; // prettier-ignore
const NEEDS_INITIAL: readonly (keyof NetworkMeasures)[] = ['frobeniusDistance', 'spectralDistance'];

/** What is not compared in that form: bounds with an n of their own, and products that were not among those compared. */
const NOT_PER_POINT = /^(bartlett|neyshabur|golowich|pathNorm1)/;

/** All measures of some matrices, at least one, that can be made of what is given. */
export function measureTerms(layers: readonly MeasuredLayer[], settings: MeasureSettings): readonly Measure[] {
  const { margin, points, sigma, relativeSigma, pathNorms } = settings;
  const depth = layers.length;
  const changes = layers.flatMap(({ change }) => (change ? [change] : []));
  const initial = changes.length === depth;
  const found: Measure[] = [];
  const against = (name: MeasureName, value: number) =>
    points === undefined || NOT_PER_POINT.test(name)
      ? {}
      : { perPoint: perPoint(name === 'pathNorm2' ? value ** 2 : value, points, name.startsWith('log')) };
  const add = (name: MeasureName, value: number, inputs: Measure['inputs'], assumptions: readonly string[] = [], given = false) =>
    found.push({
      id: `measure.${name}`,
      value,
      ...against(name, value),
      evidence: weakest([settings.evidence, given ? 'assumed' : 'measured']),
      formula: MEASURES[name],
      inputs,
      assumptions: [...settings.assumptions, ...assumptions],
    });

  const plain = networkMeasures(
    layers.map(({ spectral, frobenius, change }) => ({
      spectral: middle(spectral),
      frobenius,
      distanceSpectral: change ? middle(change.spectral) : NaN,
      distanceFrobenius: change?.frobenius ?? NaN,
    })),
    margin ?? 1,
  );
  const d = { d: depth };
  for (const name of NEEDS_NOTHING) add(name, plain[name], d);
  if (initial) for (const name of NEEDS_INITIAL) add(name, plain[name], d);
  if (margin !== undefined) {
    for (const name of NEEDS_MARGIN) add(name, plain[name], { ...d, γ: margin }, [], true);
    if (initial) add('logSpectralFromInitial', plain.logSpectralFromInitial, { ...d, γ: margin }, [], true);
  }
  add('bartlettFromZero', logBartlettComplexity(layers), d, [CHAIN]);
  add('neyshaburFromZero', logNeyshaburTerm(layers), d, [CHAIN]);
  if (initial) {
    add('bartlettFromInitial', logBartlettComplexity(layers, changes.map(({ l21 }) => l21)), d, [CHAIN]); // prettier-ignore
    add('neyshaburFromInitial', logNeyshaburTerm(layers, changes.map(({ frobenius }) => frobenius)), d, [CHAIN]); // prettier-ignore
  }
  if (pathNorms) {
    const { one, two, assumptions = [CHAIN] } = pathNorms;
    add('pathNorm1', one, d, assumptions);
    add('pathNorm2', two, d, assumptions);
  }
  if (points === undefined) return found;
  const { inputNorm: B = 1 } = settings;
  const squares = points * B ** 2;
  const m = layers[0]!.inputs;
  add('golowichFrobenius', logGolowichFrobenius(layers, points, squares), { ...d, n: points, B }, [CHAIN, ACTIVATIONS], true);
  add('golowichL1', logGolowichL1(layers, points, m, squares), { ...d, n: points, B, m }, [CHAIN, ACTIVATIONS], true);
  if (sigma !== undefined) {
    const noise = { n: points, σ: sigma };
    add('perturbationFromZero', perturbationMeasure(plain.parameterNorm, sigma, points), noise, [], true);
    if (initial) add('perturbationFromInitial', perturbationMeasure(plain.frobeniusDistance, sigma, points), noise, [], true);
  }
  const noises = changes.flatMap(({ noise }) => (noise ? [noise] : []));
  if (relativeSigma !== undefined && noises.length === depth) {
    const noise = joinedNoise(noises);
    const inputs = { n: points, 'σ′': relativeSigma, ω: noise.weights };
    add('magnitudeFromZero', magnitudeMeasure(plain.parameterNorm, noise, relativeSigma, points), inputs, [], true);
    add('magnitudeFromInitial', magnitudeMeasure(plain.frobeniusDistance, noise, relativeSigma, points), inputs, [], true);
  }
  return found;
}
