import { parameterCountReport } from './capacityReport';
import { chainCovering, composedCovering, coverResolution, type PretrainingProblem } from './parameterCount';
import type { Evidence, Report } from './report';

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
   * ln Λ_l: how far the output moves, for inputs up to `inputNorm`, when this matrix moves by spectral norm 1; −∞ when it moves nothing. From how the
   * layers compose; where one layer lacks it, all are taken as one chain.
   */
  readonly logAmplification?: number;
}

export interface ArchitectureBoundInput {
  readonly layers: readonly BoundLayer[];
  /** Number N of unlabelled images. */
  readonly unlabelled: number;
  /** Largest Euclidean norm of an input image; √(number of values) for values in [0, 1]. */
  readonly inputNorm?: number;
  /** 0.05 when absent. */
  readonly failureProbability?: number;
  /** Natural logarithm of the Lipschitz constant of the composed layers; that of the product of the spectral norms when absent. */
  readonly logLipschitz?: number;
  /** What was taken for granted when the layers were composed, or why they were not. */
  readonly assumptions?: readonly string[];
  /** Set when the norms are those of trained weights: how they are known, and what rounding them up to a grid costs in nats. */
  readonly measured?: { readonly evidence: Evidence; readonly peelingNats: number };
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

const INITIAL = 'spectral norms as expected at initialisation, not measured';
const MEASURED =
  'norms were measured on the trained weights and rounded up to a grid that was fixed before; biases count with the matrix beside them';

const ASSUMPTIONS = ['reconstruction loss in [0, 1], mean over the values of an image', 'training reaches the least empirical loss'];

/**
 * The pre-training excess risk that theorem D4 promises at `unlabelled` images: from the architecture alone an estimate, since norms are those expected
 * at initialisation; as well known as the norms are where they were measured. Throws a RangeError when there is no layer.
 */
export function architectureBound(input: ArchitectureBoundInput): ArchitectureBound {
  const { layers, unlabelled, inputNorm = 1, failureProbability = 0.05, logLipschitz, measured } = input;
  if (layers.length === 0) throw new RangeError('A bound needs at least one layer');
  const { isComposed, covering } = coveringOf(layers);
  const peeling = measured && { peelingNats: measured.peelingNats };
  const problem: PretrainingProblem = { ...LOSS, samples: unlabelled, inputNorm, failureProbability, ...peeling };
  const formula = `ln N(ε) = Σ p_l·ln(1 + 2·s_l·${isComposed ? 'm' : '(L+1)'}·Λ_l/ε)`;
  const report = parameterCountReport(
    { theorem: 'D4', at: other => total(covering(other)), formula },
    {
      problem,
      norms: measured?.evidence ?? 'estimated',
      inputs: { [isComposed ? 'm' : 'L+1']: layers.length, 'Σ p_l': total(layers.map(parametersOf)) },
      assumptions: [measured ? MEASURED : INITIAL, ...ASSUMPTIONS, isComposed ? COMPOSED : CHAIN, ...(input.assumptions ?? [])],
    },
  );
  const shares = covering(problem);
  const capacity = total(shares);
  const decades = layers.map(layer => Math.log10(normOf(layer)));
  return {
    report: {
      ...report,
      bounds: `excess reconstruction loss after pre-training, from ${measured ? 'the norms of the weights' : 'the architecture alone'}`,
    },
    layers: shares.map((nats, index) => ({ nats, share: nats / capacity, decades: decades[index]! })),
    capacity,
    capacityDecades: Math.log10(capacity),
    lipschitzDecades: isComposed && logLipschitz !== undefined ? logLipschitz / Math.LN10 : total(decades),
  };
}

/** What each layer adds to the logarithm of the covering number: composed where every Λ_l is known, else as one chain. */
function coveringOf(layers: readonly BoundLayer[]) {
  const sized = layers.map(layer => ({ ...layer, parameters: parametersOf(layer), spectralNorm: normOf(layer) }));
  const composed = sized.flatMap(({ logAmplification = Infinity, ...layer }) =>
    logAmplification < Infinity ? [{ ...layer, logAmplification }] : [],
  );
  const isComposed = composed.length === layers.length;
  const covering = (problem: PretrainingProblem): readonly number[] =>
    isComposed
      ? composedCovering(composed, coverResolution(problem))
      : chainCovering(
          sized.map(layer => ({ ...layer, activationLipschitz: 1 })),
          problem.inputNorm,
          coverResolution(problem),
        );
  return { isComposed, covering };
}

const parametersOf = (layer: BoundLayer): number => layer.parameters ?? layer.inputs * layer.outputs;
const normOf = (layer: BoundLayer): number => layer.initialSpectralNorm ?? 1;
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
