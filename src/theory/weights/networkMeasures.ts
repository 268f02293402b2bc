/** The norms of one layer that measures of a trained network are made of, and those of what training changed. */
export interface TrainedLayer {
  readonly spectral: number;
  readonly frobenius: number;
  /** ‖W − W₀‖ and ‖W − W₀‖_F with W₀ the initial weights. */
  readonly distanceSpectral: number;
  readonly distanceFrobenius: number;
}

/**
 * Norm and margin measures of Jiang et al. (2020), in the form of Dziugaite et al. (2020): numbers that were compared with generalisation gaps, none of them a bound. Names that begin with
 * `log` hold natural logarithms of squared quantities. d is the number of layers, γ the margin.
 */
export interface NetworkMeasures {
  /** Σ‖W‖_F² and Σ‖W − W₀‖_F². */
  readonly parameterNorm: number;
  readonly frobeniusDistance: number;
  /** Σ‖W − W₀‖². */
  readonly spectralDistance: number;
  /** Σ‖W‖_F²/‖W‖². */
  readonly frobeniusOverSpectral: number;
  /** ln Π‖W‖², and less ln γ². */
  readonly logProductSpectral: number;
  readonly logProductSpectralOverMargin: number;
  /** ln(d·(Π‖W‖²)^{1/d}), and with Π‖W‖²/γ². */
  readonly logSumSpectral: number;
  readonly logSumSpectralOverMargin: number;
  /** ln(Π‖W‖²·Σ‖W‖_F²/‖W‖²/γ²), and with W − W₀ in the sum. */
  readonly logSpectralFromZero: number;
  readonly logSpectralFromInitial: number;
  /** The same products and sums of Frobenius norms. */
  readonly logProductFrobenius: number;
  readonly logProductFrobeniusOverMargin: number;
  readonly logSumFrobenius: number;
  readonly logSumFrobeniusOverMargin: number;
  /** 1/γ². */
  readonly inverseMargin: number;
}

const sum = (layers: readonly TrainedLayer[], of: (layer: TrainedLayer) => number): number =>
  layers.reduce((total, layer) => total + of(layer), 0);

/** All norm and margin measures of a network; `margin` is the one that a tenth of the training points fall short of, not 0. */
export function networkMeasures(layers: readonly TrainedLayer[], margin: number): NetworkMeasures {
  const depth = layers.length;
  const logMargin = 2 * Math.log(Math.abs(margin));
  const frobeniusOverSpectral = sum(layers, ({ frobenius, spectral }) => (frobenius / spectral) ** 2);
  const distanceOverSpectral = sum(layers, ({ distanceFrobenius, spectral }) => (distanceFrobenius / spectral) ** 2);
  const logProductSpectral = sum(layers, ({ spectral }) => 2 * Math.log(spectral));
  const logProductFrobenius = sum(layers, ({ frobenius }) => 2 * Math.log(frobenius));
  const logSum = (logProduct: number) => Math.log(depth) + logProduct / depth;
  return {
    parameterNorm: sum(layers, ({ frobenius }) => frobenius ** 2),
    frobeniusDistance: sum(layers, ({ distanceFrobenius }) => distanceFrobenius ** 2),
    spectralDistance: sum(layers, ({ distanceSpectral }) => distanceSpectral ** 2),
    frobeniusOverSpectral,
    logProductSpectral,
    logProductSpectralOverMargin: logProductSpectral - logMargin,
    logSumSpectral: logSum(logProductSpectral),
    logSumSpectralOverMargin: logSum(logProductSpectral - logMargin),
    logSpectralFromZero: logProductSpectral - logMargin + Math.log(frobeniusOverSpectral),
    logSpectralFromInitial: logProductSpectral - logMargin + Math.log(distanceOverSpectral),
    logProductFrobenius,
    logProductFrobeniusOverMargin: logProductFrobenius - logMargin,
    logSumFrobenius: logSum(logProductFrobenius),
    logSumFrobeniusOverMargin: logSum(logProductFrobenius - logMargin),
    inverseMargin: 1 / margin ** 2,
  };
}

/** The summand that stands for the confidence in both measures below, and the noise that a weight of 0 bears in the second. */
const CONFIDENCE = 10;
const EPSILON = 1e-3;

/**
 * PAC-Bayes from a perturbation radius: ‖θ‖²/4σ² + ln(n/σ) + 10, where Gaussian noise of deviation σ on all weights costs a tenth of the accuracy and θ are the
 * weights, or their distance from the initial ones (`squaredNorm` = ‖θ‖²), and n counts the training points.
 */
export function perturbationMeasure(squaredNorm: number, sigma: number, points: number): number {
  return squaredNorm / (4 * sigma ** 2) + Math.log(points / sigma) + CONFIDENCE;
}

/** What noise in proportion to the distances Δᵢ of some weights from their initial values is: how many there are, and Σ ln(ε² + σ²Δᵢ²) with ε = 10⁻³. */
export interface RelativeNoise {
  readonly weights: number;
  readonly logVariances: number;
}

/** Relative noise of deviation σ on weights at some distances from their initial values. */
export function relativeNoise(distances: ArrayLike<number>, sigma: number): RelativeNoise {
  let logVariances = 0;
  for (let i = 0; i < distances.length; i++) logVariances += Math.log(EPSILON ** 2 + sigma ** 2 * distances[i]! ** 2);
  return { weights: distances.length, logVariances };
}

/** The noise on all weights from that on parts of them. */
export const joinedNoise = (parts: readonly RelativeNoise[]): RelativeNoise => ({
  weights: parts.reduce((total, { weights }) => total + weights, 0),
  logVariances: parts.reduce((total, { logVariances }) => total + logVariances, 0),
});

/**
 * The same with noise of deviation proportional to each weight: ¼Σ ln((ε² + (σ² + 1)‖θ‖²/ω)/(ε² + σ²Δᵢ²)) + ln(n/σ) + 10 with Δ the ω weights' distances from their
 * initial values, from the `relativeNoise` of the same σ.
 */
export function magnitudeMeasure(squaredNorm: number, { weights, logVariances }: RelativeNoise, sigma: number, points: number): number {
  const numerator = EPSILON ** 2 + ((sigma ** 2 + 1) * squaredNorm) / weights;
  return (weights * Math.log(numerator) - logVariances) / 4 + Math.log(points / sigma) + CONFIDENCE;
}

/** A measure as it is set against a gap: √(value/n), and for logarithms ½(value − ln n). */
export const perPoint = (value: number, points: number, logarithm: boolean): number =>
  logarithm ? (value - Math.log(points)) / 2 : Math.sqrt(value / points);
