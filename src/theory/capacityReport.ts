import { neededSamples } from './neededSamples';
import { coveringConstantBound } from './normBased';
import { coverResolution, coveringDeviation, optimisticLossBound, unionNats, type PretrainingProblem } from './parameterCount';
import type { Quantity } from './quantity';
import { sumReport, type Evidence, type Report, type Term } from './report';

/** What is known of a network's norms, and the problem it was pre-trained on. */
export interface CapacityInput {
  readonly problem: PretrainingProblem;
  /** How the norms are known; it labels every term that uses them. */
  readonly norms: Evidence;
  /** Inputs by symbol, shown with the capacity. */
  readonly inputs: Term['inputs'];
  readonly assumptions: readonly string[];
  /** Δ_pre: empirical loss above the least of the class. The empirical loss itself is an upper bound. */
  readonly trainingGap?: Quantity;
  /** The bound to be reached by more samples; the loss's range when absent. */
  readonly target?: number;
}

/** A covering number as a function of the number of samples, since its resolution falls with them. */
export interface Capacity<T extends string> {
  readonly theorem: T;
  /** ln N(ε) at ε = B_ℓ/(G_ℓN) for D4, D5 and D6; C in ln N(ε) ≤ C²/ε² for D3 and D7. */
  readonly at: (problem: PretrainingProblem) => number;
  /** How it is computed, in plain text. */
  readonly formula: string;
}

const EXCESS = 'excess pre-training loss of the trained pair over the best pair of the class';
const INDEPENDENT = 'the unlabelled samples are independent draws from the pre-training law';

const symbols = ({
  samples,
  lossRange,
  lossLipschitz,
  inputNorm,
  failureProbability,
  peelingNats,
}: PretrainingProblem): Term['inputs'] => ({
  N: samples,
  B_ℓ: lossRange,
  G_ℓ: lossLipschitz,
  B_x: inputNorm,
  δ: failureProbability,
  ...(peelingNats !== undefined && { 'ln of the rounded norms': peelingNats }),
});

function optimisationTerm(theorem: 'D3' | 'D4' | 'D6' | 'D7', gap: Quantity | undefined): readonly Term[] {
  if (!gap) return [];
  const { value, evidence, formula = 'Δ_pre', inputs = {}, assumptions = [] } = gap;
  return [
    { id: `${theorem}.optimisation`, name: 'optimisation', value, evidence, formula, inputs: { Δ_pre: value, ...inputs }, assumptions },
  ];
}

/** A report with the N that would bring it below the target, when it is not; `bound` gives the total at another N. */
function withNeeded(report: Report, { problem, target }: CapacityInput, bound: (problem: PretrainingProblem) => number): Report {
  const goal = target ?? problem.lossRange;
  if (report.total < goal) return report;
  const needed = neededSamples(samples => bound({ ...problem, samples }), goal);
  return needed === undefined ? report : { ...report, needed: { N: needed } };
}

const range = ({ problem }: CapacityInput) => ({
  range: problem.lossRange,
  needed: {},
  failureProbability: problem.failureProbability,
});

/** Theorem D3 or D7 as a report: 2B_ℓR̄ + 4B_ℓ√(ln(4/δ)/2N) + Δ_pre from the covering constant C. */
export function normBasedReport(capacity: Capacity<'D3' | 'D7'>, input: CapacityInput): Report {
  const { problem, norms, inputs, assumptions, trainingGap } = input;
  const { theorem } = capacity;
  const gap = trainingGap?.value ?? 0;
  const bound = coveringConstantBound(capacity.at(problem), problem, gap);
  const complexity = 2 * problem.lossRange * bound.rademacher;
  const report = sumReport({
    theorem,
    bounds: EXCESS,
    terms: [
      {
        id: `${theorem}.complexity`,
        name: 'complexity',
        value: complexity,
        evidence: norms,
        formula: `2·B_ℓ·R̄, R̄ = min(1, (12C/N)·(1 + ln(N/3C))) if 3C < N, else 1; ${capacity.formula}`,
        inputs: {
          ...symbols(problem),
          ...inputs,
          C: Number.isFinite(bound.coveringConstant) ? bound.coveringConstant : 'above 10³⁰⁸',
          R̄: bound.rademacher,
        },
        assumptions,
      },
      {
        id: `${theorem}.concentration`,
        name: 'concentration',
        value: bound.excess - gap - complexity,
        evidence: 'certified',
        formula: '4·B_ℓ·√(ln(4/δ)/2N)',
        inputs: symbols(problem),
        assumptions: [INDEPENDENT],
      },
      ...optimisationTerm(theorem, trainingGap),
    ],
    ...range(input),
  });
  return withNeeded(report, input, other => coveringConstantBound(capacity.at(other), other, gap).excess);
}

/** Theorem D4 or D6 as a report: twice the deviation B_ℓ√((ln N(ε) + ln(2/δ))/2N) + 2B_ℓ/N, and Δ_pre. */
export function parameterCountReport(capacity: Capacity<'D4' | 'D6'>, input: CapacityInput): Report {
  const { problem, norms, inputs, assumptions, trainingGap } = input;
  const { theorem } = capacity;
  const logCovering = capacity.at(problem);
  const deviation = coveringDeviation(logCovering, problem);
  const confidence = 2 * problem.lossRange * Math.sqrt(unionNats(2, problem) / (2 * problem.samples));
  const report = sumReport({
    theorem,
    bounds: EXCESS,
    terms: [
      {
        id: `${theorem}.complexity`,
        name: 'complexity',
        value: 2 * deviation - confidence,
        evidence: norms,
        formula: `2·(B_ℓ·√((ln N(ε) + ln(2/δ))/2N) + 2B_ℓ/N) − confidence, ${capacity.formula}`,
        inputs: { ...symbols(problem), ...inputs, 'ln N(ε)': logCovering, ε: coverResolution(problem), 'sup |L_U − L_Û|': deviation },
        assumptions,
      },
      {
        id: `${theorem}.confidence`,
        name: 'confidence',
        value: confidence,
        evidence: 'certified',
        formula: '2·B_ℓ·√(ln(2/δ)/2N)',
        inputs: symbols(problem),
        assumptions: [INDEPENDENT],
      },
      ...optimisationTerm(theorem, trainingGap),
    ],
    ...range(input),
  });
  return withNeeded(report, input, other => 2 * coveringDeviation(capacity.at(other), other) + (trainingGap?.value ?? 0));
}

/** What D5 speaks about beside the network. */
export interface TrainingLoss {
  /** L̂, the mean loss on the very samples of pre-training. */
  readonly loss: number;
  /** L_lb: a known lower bound on the least attainable loss. */
  readonly leastLoss: number;
  /** ε; B_ℓ/(G_ℓN) when absent. */
  readonly resolution?: number;
}

/** Theorem D5 as a report: the loss bound for a small training loss, less a known floor of the loss. */
export function optimisticReport(capacity: Capacity<'D5'>, training: TrainingLoss, input: CapacityInput): Report {
  const { problem, norms, inputs, assumptions } = input;
  const at = (other: PretrainingProblem) =>
    optimisticLossBound(training.loss, capacity.at(other), training.resolution ?? coverResolution(other), other) - training.leastLoss;
  const total = at(problem);
  const certain = optimisticLossBound(training.loss, 0, 0, problem) - training.loss;
  const report = sumReport({
    theorem: 'D5',
    bounds: EXCESS,
    terms: [
      {
        id: 'D5.empirical',
        name: 'empirical risk',
        value: training.loss - training.leastLoss,
        evidence: 'certified',
        formula: 'L̂ − L_lb',
        inputs: { L̂: training.loss, L_lb: training.leastLoss },
        assumptions: ['the least attainable loss is at least L_lb', 'L̂ is the mean loss over the N samples of pre-training'],
      },
      {
        id: 'D5.complexity',
        name: 'complexity',
        value: total - certain - (training.loss - training.leastLoss),
        evidence: norms,
        formula: `2·G_ℓ·ε + √(2·B_ℓ·t·(L̂ + G_ℓ·ε)/N) + 2·B_ℓ·t/N − confidence, t = ln N(ε) + ln(1/δ); ${capacity.formula}`,
        inputs: { ...symbols(problem), ...inputs, 'ln N(ε)': capacity.at(problem), ε: training.resolution ?? coverResolution(problem) },
        assumptions,
      },
      {
        id: 'D5.confidence',
        name: 'confidence',
        value: certain,
        evidence: 'certified',
        formula: '√(2·B_ℓ·ln(1/δ)·L̂/N) + 2·B_ℓ·ln(1/δ)/N',
        inputs: { ...symbols(problem), L̂: training.loss },
        assumptions: [INDEPENDENT],
      },
    ],
    ...range(input),
  });
  return withNeeded(report, input, at);
}
