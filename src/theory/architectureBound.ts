import { neededSamples } from './neededSamples';
import {
  composedCovering,
  coveringBound,
  coverResolution,
  parameterCountBound,
  type ChainLayer,
  type ComposedLayer,
  type PretrainingProblem,
} from './parameterCount';
import type { Report } from './report';
import { sumReport } from './report';

/** One learnable matrix of a definition, as the bound before any run sees it. */
export interface BoundLayer {
  /** Columns of the weight seen as a matrix (fan-in). */
  readonly inputs: number;
  /** Rows of the weight seen as a matrix. */
  readonly outputs: number;
  /** Expected spectral norm at initialisation; 1 is put in when it is not known. */
  readonly initialSpectralNorm?: number;
  /** `linear` and `convolution` count for themselves; anything else is counted with its parameters and spectral norm as given. */
  readonly kind: 'linear' | 'convolution' | 'attention' | 'embedding' | 'other';
  /** Free scalars when they are not inputs × outputs: with biases, for grouped convolutions. */
  readonly parameters?: number;
  /**
   * Λ_l: how far the output moves, for inputs up to `inputNorm`, when this matrix moves by spectral norm 1. From how the layers compose; where one
   * layer lacks it, all are taken as one chain.
   */
  readonly amplification?: number;
}

export interface ArchitectureBoundInput {
  readonly layers: readonly BoundLayer[];
  /** Number N of unlabelled images. */
  readonly unlabelled: number;
  /** Largest Euclidean norm of an input image; √(number of values) for values in [0, 1]. */
  readonly inputNorm?: number;
  /** 0.05 when absent. */
  readonly failureProbability?: number;
  /** Lipschitz constant of the composed layers; the product of the spectral norms when absent. */
  readonly lipschitz?: number;
  /** What was taken for granted when the layers were composed, or why they were not. */
  readonly assumptions?: readonly string[];
}

/** What one layer adds. */
export interface LayerCapacity {
  /** Nats of the covering number that this layer adds. */
  readonly nats: number;
  /** Its share of the whole, in [0, 1]. */
  readonly share: number;
  /** log₁₀ of its spectral norm: what it adds to `lipschitzDecades`. */
  readonly decades: number;
}

/** The pre-training part of the bound before any run. */
export interface ArchitectureBound {
  /** Theorem D4 over the expected norms at initialisation; `needed.N` is set when it is vacuous. */
  readonly report: Report;
  /** One entry a layer, in the order given. */
  readonly layers: readonly LayerCapacity[];
  /** ln N(ε), in nats. */
  readonly capacity: number;
  /** log₁₀ of `capacity`: a change of 1 is ten times the capacity. */
  readonly capacityDecades: number;
  /** log₁₀ of the Lipschitz constant: of the composed layers, or the product of the spectral norms. */
  readonly lipschitzDecades: number;
}

/** Mean squared error over values in [0, 1] with clipped outputs: at most 1, and 2-Lipschitz (2/√d for d values). */
const LOSS = { lossRange: 1, lossLipschitz: 2 } as const;

const CHAIN = 'layers composed as one chain with 1-Lipschitz activations: skip connections, attention and normalisation are not counted';

const COMPOSED = 'layers composed as `forward` says, in evaluation mode: skip connections, attention and normalisation are counted';

const ASSUMPTIONS = [
  'spectral norms as expected at initialisation, not measured',
  'reconstruction loss in [0, 1], mean over the values of an image',
  'training reaches the least empirical loss',
];

/**
 * The pre-training excess risk that theorem D4 promises from the architecture alone, at `unlabelled` images: an estimate, since norms are those expected
 * at initialisation. Throws a RangeError when there is no layer.
 */
export function architectureBound(input: ArchitectureBoundInput): ArchitectureBound {
  const { unlabelled, inputNorm = 1, failureProbability = 0.05 } = input;
  if (input.layers.length === 0) throw new RangeError('A bound needs at least one layer');
  const chain = input.layers.map(chainLayer);
  const composed = input.layers.map(composedLayer);
  const isComposed = composed.every(layer => Number.isFinite(layer.amplification));
  const at = (samples: number) =>
    isComposed
      ? coveringBound(composedCovering(composed, coverResolution(problem(samples))), problem(samples))
      : parameterCountBound(chain, problem(samples));
  const problem = (samples: number): PretrainingProblem => ({ ...LOSS, samples, inputNorm, failureProbability });
  const bound = at(unlabelled);
  const confidence = 2 * LOSS.lossRange * Math.sqrt(Math.log(2 / failureProbability) / (2 * unlabelled));
  const needed = bound.excess < LOSS.lossRange ? undefined : neededSamples(samples => at(samples).excess, LOSS.lossRange);
  const inputs = { N: unlabelled, B_ℓ: LOSS.lossRange, G_ℓ: LOSS.lossLipschitz, B_x: inputNorm, δ: failureProbability };
  const report = sumReport({
    theorem: 'D4',
    bounds: 'excess reconstruction loss after pre-training, from the architecture alone',
    terms: [
      {
        id: 'D4.complexity',
        name: 'complexity',
        value: bound.excess - confidence,
        evidence: 'estimated',
        formula: '2·(B_ℓ·√((ln N(ε) + ln(2/δ))/2N) + 2B_ℓ/N) − confidence, ln N(ε) = Σ p_l·ln(1 + 2 s_l (L+1) Λ_l/ε)',
        inputs: { ...inputs, 'ln N(ε)': bound.logCovering, L: chain.length },
        assumptions: [...ASSUMPTIONS, isComposed ? COMPOSED : CHAIN, ...(input.assumptions ?? [])],
      },
      {
        id: 'D4.confidence',
        name: 'confidence',
        value: confidence,
        evidence: 'estimated',
        formula: '2·B_ℓ·√(ln(2/δ)/2N)',
        inputs: { N: unlabelled, B_ℓ: LOSS.lossRange, δ: failureProbability },
        assumptions: [],
      },
    ],
    range: LOSS.lossRange,
    needed: needed === undefined ? {} : { N: needed },
    failureProbability,
  });
  return {
    report,
    layers: bound.layerShares.map((nats, index) => ({
      nats,
      share: nats / bound.logCovering,
      decades: Math.log10(chain[index]!.spectralNorm),
    })),
    capacity: bound.logCovering,
    capacityDecades: Math.log10(bound.logCovering),
    lipschitzDecades:
      isComposed && input.lipschitz !== undefined
        ? Math.log10(input.lipschitz)
        : chain.reduce((sum, layer) => sum + Math.log10(layer.spectralNorm), 0),
  };
}

const composedLayer = (layer: BoundLayer): ComposedLayer => ({
  parameters: layer.parameters ?? layer.inputs * layer.outputs,
  spectralNorm: layer.initialSpectralNorm ?? 1,
  amplification: layer.amplification ?? Infinity,
});

const chainLayer = (layer: BoundLayer): ChainLayer => ({
  parameters: layer.parameters ?? layer.inputs * layer.outputs,
  spectralNorm: layer.initialSpectralNorm ?? 1,
  activationLipschitz: 1,
});
