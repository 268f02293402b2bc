import { normBasedReport, optimisticReport, parameterCountReport, type CapacityInput } from '../../theory/capacityReport';
import { chainCoveringConstant, type NormedLayer } from '../../theory/normBased';
import { chainCovering, coverResolution, type ChainLayer, type PretrainingProblem } from '../../theory/parameterCount';
import { peel } from '../../theory/peeling';
import type { Report } from '../../theory/report';
import { transformerCovering, transformerCoveringConstant, type TransformerNetwork } from '../../theory/transformerCapacity';
import { peelTransformer } from '../../theory/transformerPeeling';
import type { Field, SpecReader } from './specReader';
import { isTransformer, readTransformer, type SizeKind } from './transformerSpec';

const FIELDS = {
  samples: ['N', 'samples'],
  inputNorm: ['B_x', 'inputNorm'],
  targetNorm: ['B_z', 'targetNorm'],
  clipped: ['clip', 'clipped'],
  lossLipschitz: ['G_l', 'G', 'G_loss', 'lossLipschitz'],
  lossRange: ['B_l', 'B', 'B_loss', 'lossRange'],
  delta: ['delta', 'failureProbability'],
  spectral: ['s', 's_l', 'spectral', 'spectralNorms'],
  groups: ['b', 'b_l', 'groupNorms'],
  activation: ['rho', 'rho_l', 'activationLipschitz'],
  parameters: ['p', 'p_l', 'parameters'],
  widest: ['W_bar', 'W', 'widest', 'width'],
  decoders: ['L', 'depth'],
  layers: ['layers'],
  gap: ['Delta_pre', 'dpre', 'trainingGap'],
  postHoc: ['postHoc', 'peel'],
  target: ['target', 't'],
  trainingLoss: ['L_hat', 'trainingLoss', 'loss'],
  floor: ['L_lb', 'floor', 'leastLoss'],
  logCovering: ['lnN', 'logCovering', 'lnNepsilon'],
  resolution: ['epsilon', 'eps', 'resolution'],
  tokens: ['K', 'tokens', 'patches'],
} satisfies Readonly<Record<string, Field>>;

const DEFAULT_FAILURE = 0.05;

interface ProblemDefaults {
  readonly inputNorm?: number;
  readonly lossLipschitz?: number;
  readonly lossRange?: number;
}

/** Squared error of a patch of norm at most B_p by an output clipped to that ball: G_ℓ = 4B_p, B_ℓ = 4B_p². */
const patchLoss = (patchNorm: number): ProblemDefaults => ({
  inputNorm: patchNorm,
  lossLipschitz: 4 * patchNorm,
  lossRange: 4 * patchNorm ** 2,
});

/**
 * Squared error between targets of norm at most B_z and outputs clipped to that ball: G_ℓ = 4B_z, B_ℓ = 4B_z². Without clipping outputs reach
 * o = B_x·Π s_lρ_l: G_ℓ = 2(o + B_z), B_ℓ = (o + B_z)². Nothing when no B_z is given.
 */
function squaredLoss(spec: SpecReader, depth: number): ProblemDefaults {
  const clipped = !spec.has(FIELDS.clipped) || spec.flag(FIELDS.clipped);
  const targetNorm = spec.optionalNumber(FIELDS.targetNorm, 'positive');
  if (targetNorm === undefined) return {};
  const output = clipped ? targetNorm : gainOf(chainNorms(spec, depth)) * spec.number(FIELDS.inputNorm, 'positive');
  return { lossLipschitz: 2 * (output + targetNorm), lossRange: (output + targetNorm) ** 2 };
}

function readProblem(spec: SpecReader, defaultsOf: () => ProblemDefaults): PretrainingProblem {
  const samples = spec.number(FIELDS.samples, 'count');
  const defaults = defaultsOf();
  return {
    samples,
    inputNorm: spec.number(FIELDS.inputNorm, 'positive', defaults.inputNorm),
    lossLipschitz: spec.number(FIELDS.lossLipschitz, 'positive', defaults.lossLipschitz),
    lossRange: spec.number(FIELDS.lossRange, 'positive', defaults.lossRange),
    failureProbability: spec.number(FIELDS.delta, 'probability', DEFAULT_FAILURE),
  };
}

/** Number of layers: the length of any list; else `layers`, else L + 1 (L layers of the encoder and the linear decoder). */
function depthOf(spec: SpecReader): number {
  const listed = [FIELDS.spectral, FIELDS.groups, FIELDS.parameters, FIELDS.activation]
    .map(field => spec.lengthOf(field))
    .find(n => n !== undefined);
  const counted = spec.optionalNumber(FIELDS.layers, 'count');
  const encoder = spec.optionalNumber(FIELDS.decoders, 'count');
  return listed ?? counted ?? (encoder === undefined ? 1 : encoder + 1);
}

/** What every capacity bound takes beside its network. */
function readInput(
  spec: SpecReader,
  problem: PretrainingProblem,
  shown: CapacityInput['inputs'],
  assumptions: readonly string[],
): CapacityInput {
  const target = spec.optionalNumber(FIELDS.target, 'positive');
  return {
    problem,
    norms: 'assumed',
    inputs: shown,
    assumptions,
    ...(spec.has(FIELDS.gap) && { trainingGap: spec.quantity(FIELDS.gap, 'not negative') }),
    ...(target !== undefined && { target }),
  };
}

const CAPS = 'the weights of the class keep within these norms, fixed before the data were seen';
const PEELED = 'the norms were measured on the trained weights and rounded up to a grid that was fixed before';
const TRANSFORMER = 'biases are not counted; activations are 1-Lipschitz and map 0 to 0';

const gainOf = ({ s, rho }: ReturnType<typeof chainNorms>): number => [...s, ...rho].reduce((product, gain) => product * gain, 1);

/** Rounds measured norms up and pays for it, when the specification says that they were measured after training. */
function withPeeling(
  spec: SpecReader,
  problem: PretrainingProblem,
  norms: readonly number[],
): { readonly norms: readonly number[]; readonly problem: PretrainingProblem; readonly assumption: string } {
  if (!spec.flag(FIELDS.postHoc)) return { norms, problem, assumption: CAPS };
  const { rounded, nats } = peel(norms, 1 + 1 / norms.length);
  return { norms: rounded, problem: { ...problem, peelingNats: nats }, assumption: PEELED };
}

function chainNorms(spec: SpecReader, depth: number): { readonly s: readonly number[]; readonly rho: readonly number[] } {
  return { s: spec.numbers(FIELDS.spectral, 'positive', depth), rho: spec.numbers(FIELDS.activation, 'positive', depth, 1) };
}

/** D3: norms of a chain of layers. */
export function normBasedSpec(spec: SpecReader): Report {
  const depth = depthOf(spec);
  const given = readProblem(spec, () => squaredLoss(spec, depth));
  const { s, rho } = chainNorms(spec, depth);
  const b = spec.numbers(FIELDS.groups, 'positive', depth);
  const widest = spec.number(FIELDS.widest, 'count');
  const { norms, problem, assumption } = withPeeling(spec, given, [...s, ...b]);
  const layers = rho.map((activationLipschitz, l): NormedLayer => ({
    spectralNorm: norms[l]!,
    groupNorm: norms[depth + l]!,
    activationLipschitz,
  }));
  return normBasedReport(
    {
      theorem: 'D3',
      at: other => chainCoveringConstant(layers, widest, other),
      formula: 'C = √(8 ln 2W̄²)·(G_ℓ/B_ℓ)·√N·B_x·Π s_l·ρ_l·(Σ (b_l/s_l)^{2/3})^{3/2}',
    },
    readInput(
      spec,
      problem,
      { layers: depth, W̄: widest, 'Π s_l·ρ_l': layers.reduce((all, l) => all * l.spectralNorm * l.activationLipschitz, 1) },
      [assumption],
    ),
  );
}

/** The transformer of a specification, its norms rounded up and paid for when they were measured after training. */
function readPeeledTransformer(
  spec: SpecReader,
  kind: SizeKind,
): { readonly network: TransformerNetwork; readonly problem: PretrainingProblem; readonly assumptions: readonly string[] } {
  const { network, assumptions } = readTransformer(spec, kind);
  const problem = readProblem(spec, () => patchLoss(network.patchNorm));
  if (!spec.flag(FIELDS.postHoc)) return { network, problem, assumptions: [CAPS, ...assumptions] };
  const peeled = peelTransformer(network);
  return { network: peeled.network, problem: { ...problem, peelingNats: peeled.nats }, assumptions: [PEELED, ...assumptions] };
}

interface Cover {
  readonly problem: PretrainingProblem;
  /** ln N(ε), at ε = B_ℓ/(G_ℓN) unless another is given. */
  readonly at: (problem: PretrainingProblem, resolution?: number) => number;
  readonly formula: string;
  readonly inputs: CapacityInput['inputs'];
  readonly assumptions: readonly string[];
}

/** The cover that D4 and D5 use, and D6 and D5 for a transformer. */
function readCover(spec: SpecReader, ofTransformer: boolean): Cover {
  if (ofTransformer) {
    const { network, problem, assumptions } = readPeeledTransformer(spec, 'parameters');
    return {
      problem,
      at: (other, resolution = coverResolution(other)) => transformerCovering(network, resolution),
      formula: 'ln N(ε) = Σ_k p_k·ln(1 + 2·R_k·κ_k·m/ε)',
      inputs: { blocks: network.blocks.length, B_p: network.patchNorm },
      assumptions: [TRANSFORMER, ...assumptions],
    };
  }
  const depth = depthOf(spec);
  const given = readProblem(spec, () => squaredLoss(spec, depth));
  const { s, rho } = chainNorms(spec, depth);
  const p = spec.numbers(FIELDS.parameters, 'count', depth);
  const { norms, problem, assumption } = withPeeling(spec, given, s);
  const layers = p.map((parameters, l): ChainLayer => ({ parameters, spectralNorm: norms[l]!, activationLipschitz: rho[l]! }));
  return {
    problem,
    at: (other, resolution = coverResolution(other)) =>
      chainCovering(layers, other.inputNorm, resolution).reduce((sum, share) => sum + share, 0),
    formula: 'ln N(ε) = Σ p_l·ln(1 + 2·s_l·(L+1)·Λ_l/ε)',
    inputs: { layers: depth, 'Σ p_l': p.reduce((sum, count) => sum + count, 0) },
    assumptions: [assumption],
  };
}

/** D4 and D6: number of parameters of a chain of layers or of a transformer. */
export function parameterCountSpec(spec: SpecReader, theorem: 'D4' | 'D6'): Report {
  const { problem, at, formula, inputs, assumptions } = readCover(spec, theorem === 'D6');
  return parameterCountReport({ theorem, at: other => at(other), formula }, readInput(spec, problem, inputs, assumptions));
}

/** D5: a small training loss, from ln N(ε) itself or from a network's norms and parameters. */
export function optimisticSpec(spec: SpecReader): Report {
  const resolution = spec.optionalNumber(FIELDS.resolution, 'not negative');
  const training = {
    loss: spec.number(FIELDS.trainingLoss, 'not negative'),
    leastLoss: spec.number(FIELDS.floor, 'not negative', 0),
    ...(resolution !== undefined && { resolution }),
  };
  if (!spec.has(FIELDS.logCovering)) {
    const { problem, at, formula, inputs, assumptions } = readCover(spec, isTransformer(spec));
    return optimisticReport(
      { theorem: 'D5', at: other => at(other, resolution), formula },
      training,
      readInput(spec, problem, inputs, assumptions),
    );
  }
  const logCovering = spec.number(FIELDS.logCovering, 'not negative');
  const problem = readProblem(spec, () => ({ inputNorm: 1 }));
  return optimisticReport(
    { theorem: 'D5', at: () => logCovering, formula: 'ln N(ε) as given' },
    training,
    readInput(spec, problem, {}, ['ln N(ε) is the covering number of the class at ε; more samples would not change it']),
  );
}

/** D7: norms of a transformer. */
export function transformerNormSpec(spec: SpecReader): Report {
  const { network, problem, assumptions } = readPeeledTransformer(spec, 'groupNorm');
  const tokens = spec.number(FIELDS.tokens, 'count');
  const widest = spec.number(FIELDS.widest, 'count');
  return normBasedReport(
    {
      theorem: 'D7',
      at: other => transformerCoveringConstant(network, tokens, widest, other),
      formula: 'C = (G_ℓ/B_ℓ)·√(8NK ln 2W̄²)·(Σ_k (b_k·ι_k·Γ_k)^{2/3})^{3/2}',
    },
    readInput(spec, problem, { blocks: network.blocks.length, K: tokens, W̄: widest, B_p: network.patchNorm }, [
      TRANSFORMER,
      ...assumptions,
    ]),
  );
}
