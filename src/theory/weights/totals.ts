import type { EntryNorms } from './matrixNorms';
import type { Bracket } from './spectralBracket';

/** The norms of one weight matrix that measures of a whole network are made of. */
export interface LayerNorms extends Pick<EntryNorms, 'frobenius' | 'l21' | 'l1Infinity'> {
  readonly spectral: Bracket;
}

/** Sums and products of norms over all weight matrices of a checkpoint. Logarithms are natural; brackets hold the exact value. */
export interface WeightTotals {
  readonly matrices: number;
  /** Σ ln σᵢ */
  readonly logProductSpectral: Bracket;
  /** Σ ln ‖Wᵢ‖_F */
  readonly logProductFrobenius: number;
  readonly sumSpectralSquared: Bracket;
  readonly sumFrobeniusSquared: number;
  /** (Σ ‖Wᵢ‖_F²)^½ */
  readonly l2: number;
  /** Σ ‖Wᵢ‖_F²/σᵢ²: the sum of stable ranks. */
  readonly sumStableRank: number;
  /** Natural logarithm of Bartlett's spectral complexity R_A from reference matrices of zero. */
  readonly logBartlettComplexity: number;
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);

/** A value inside a bracket whose ends are far closer to each other than to zero. */
export const middle = ({ lower, upper }: Bracket): number => Math.sqrt(lower * upper);

/** The totals of some weight matrices. A zero matrix makes products zero (logarithm −∞). */
export function weightTotals(layers: readonly LayerNorms[]): WeightTotals {
  const sumFrobeniusSquared = sum(layers, ({ frobenius }) => frobenius ** 2);
  return {
    matrices: layers.length,
    logProductSpectral: {
      lower: sum(layers, ({ spectral }) => Math.log(spectral.lower)),
      upper: sum(layers, ({ spectral }) => Math.log(spectral.upper)),
    },
    logProductFrobenius: sum(layers, ({ frobenius }) => Math.log(frobenius)),
    sumSpectralSquared: {
      lower: sum(layers, ({ spectral }) => spectral.lower ** 2),
      upper: sum(layers, ({ spectral }) => spectral.upper ** 2),
    },
    sumFrobeniusSquared,
    l2: Math.sqrt(sumFrobeniusSquared),
    sumStableRank: sum(layers, stableRank),
    logBartlettComplexity: logBartlettComplexity(layers),
  };
}

/** ‖W‖_F²/‖W‖²: between 1 and the rank; 0 for a zero matrix. */
export function stableRank({ frobenius, spectral }: Pick<LayerNorms, 'frobenius' | 'spectral'>): number {
  return frobenius === 0 ? 0 : frobenius ** 2 / middle(spectral) ** 2;
}

/**
 * ln R_A with R_A = Πσᵢ·(Σ(‖Aᵢᵀ − Mᵢᵀ‖_{2,1}/σᵢ)^{2/3})^{3/2} for 1-Lipschitz activations (Bartlett, Foster and Telgarsky 2017).
 * @param distances ‖Aᵢᵀ − Mᵢᵀ‖_{2,1} from reference matrices that were fixed before training; the weights' own norms (Mᵢ = 0) by default
 */
export function logBartlettComplexity(
  layers: readonly Pick<LayerNorms, 'spectral' | 'l21'>[],
  distances = layers.map(({ l21 }) => l21),
): number {
  const ratios = sum(
    layers.map((layer, index) => distances[index]! / middle(layer.spectral)),
    ratio => ratio ** (2 / 3),
  );
  return sum(layers, ({ spectral }) => Math.log(middle(spectral))) + 1.5 * Math.log(ratios);
}

/**
 * The logarithm of the Rademacher complexity of bias-free networks with depth d and 1-Lipschitz, positive-homogeneous activations on n points:
 * (1/n)·Π‖Wᵢ‖_F·(√(2d ln 2) + 1)·(Σ‖x‖²)^½ (Golowich, Rakhlin and Shamir 2018, theorem 1).
 */
export function logGolowichFrobenius(layers: readonly Pick<LayerNorms, 'frobenius'>[], points: number, sumOfSquares: number): number {
  const product = sum(layers, ({ frobenius }) => Math.log(frobenius));
  return product + Math.log(Math.sqrt(2 * Math.LN2 * layers.length) + 1) + Math.log(sumOfSquares) / 2 - Math.log(points);
}

/**
 * The same in ‖W‖_{1,∞}: (2/n)·Π‖Wᵢ‖_{1,∞}·√(d + 1 + ln m)·max_j(Σᵢ xᵢⱼ²)^½ with m input coordinates (Golowich, Rakhlin and Shamir 2018, theorem 2).
 */
export function logGolowichL1(
  layers: readonly Pick<LayerNorms, 'l1Infinity'>[],
  points: number,
  inputs: number,
  largestColumnSquare: number,
): number {
  const product = sum(layers, ({ l1Infinity }) => Math.log(l1Infinity));
  return Math.LN2 + product + (Math.log(layers.length + 1 + Math.log(inputs)) + Math.log(largestColumnSquare)) / 2 - Math.log(points);
}

/** ln(Πσᵢ²·Σ‖Wᵢ − Mᵢ‖_F²/σᵢ²), the norm term of Neyshabur, Bhojanapalli and Srebro (2018); Mᵢ = 0 by default. */
export function logNeyshaburTerm(
  layers: readonly Pick<LayerNorms, 'spectral' | 'frobenius'>[],
  distances = layers.map(({ frobenius }) => frobenius),
): number {
  const ratios = sum(
    layers.map(({ spectral }, index) => distances[index]! / middle(spectral)),
    ratio => ratio ** 2,
  );
  return 2 * sum(layers, ({ spectral }) => Math.log(middle(spectral))) + Math.log(ratios);
}

/** A layer of a chain for path norms: weights with outputs as rows, and biases if it has any. */
export interface ChainLayer {
  readonly weights: ArrayLike<number>;
  readonly bias?: ArrayLike<number>;
  readonly outputs: number;
}

/**
 * The path norm (Σ over paths Π|w|^p)^{1/p} of a chain of layers with piecewise linear activations (Neyshabur, Tomioka and Srebro 2015): a forward pass
 * of ones through the weights' absolute p-th powers. Biases count as paths that begin at them.
 */
export function pathNorm(chain: readonly ChainLayer[], power: 1 | 2): number {
  const [first] = chain;
  let flow = new Float64Array(first ? first.weights.length / first.outputs : 0).fill(1);
  for (const { weights, bias, outputs } of chain) {
    const inputs = flow.length;
    const next = new Float64Array(outputs);
    for (let output = 0; output < outputs; output++) {
      let total = Math.abs(bias?.[output] ?? 0) ** power;
      for (let input = 0; input < inputs; input++) total += Math.abs(weights[output * inputs + input]!) ** power * flow[input]!;
      next[output] = total;
    }
    flow = next;
  }
  return flow.reduce((total, value) => total + value, 0) ** (1 / power);
}
