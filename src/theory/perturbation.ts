import { binaryKlUpperInverse } from './binaryKl';
import type { FormulaId } from './formulaIds';
import { neededSamples } from './neededSamples';
import { confidenceNats } from './pacBayesReport';
import { peel } from './peeling';
import { sumReport, type Report, type Term } from './report';

/** Fewest labelled points for Maurer's constant 2√n. */
export const FEWEST_POINTS = 8;

interface Certificate {
  readonly theorem: 'P1' | 'P2';
  readonly bounds: string;
  readonly terms: readonly Term[];
  /** What enters kl⁻¹ as the risk on the sample. */
  readonly empirical: number;
  /** Nats of the divergence, and what is paid for confidence on n points. */
  readonly divergence: number;
  readonly confidence: (points: number) => number;
  readonly points: number;
  readonly inputs: Term['inputs'];
  readonly divergenceFormula: string;
  readonly confidenceFormula: string;
  readonly assumptions: readonly string[];
  readonly failureProbability: number;
  readonly target?: number;
}

/** kl⁻¹(empirical, (divergence + confidence)/n) as a report: the given terms, then what confidence alone adds, then what the divergence adds. */
function klReport(certificate: Certificate): Report {
  const {
    theorem,
    bounds,
    terms,
    empirical,
    divergence,
    confidence,
    points,
    inputs,
    assumptions,
    failureProbability,
    target = 1,
  } = certificate;
  const at = (n: number) => binaryKlUpperInverse(empirical, (divergence + confidence(n)) / n);
  const certain = binaryKlUpperInverse(empirical, confidence(points) / points);
  const term = (id: FormulaId, name: 'divergence' | 'confidence', value: number, formula: string): Term => ({
    id,
    name,
    value: Math.max(0, value),
    evidence: 'certified',
    formula,
    inputs: { ...inputs, n: points, KL: divergence, δ: failureProbability },
    assumptions: name === 'divergence' ? assumptions : [],
  });
  const report = sumReport({
    theorem,
    bounds,
    terms: [
      ...terms,
      term(`${theorem}.divergence`, 'divergence', at(points) - certain, certificate.divergenceFormula),
      term(`${theorem}.confidence`, 'confidence', certain - empirical, certificate.confidenceFormula),
    ],
    range: 1,
    needed: {},
    failureProbability,
  });
  if (report.total < target || empirical >= target) return report;
  const n = neededSamples(samples => (samples < FEWEST_POINTS ? 1 : at(samples)), target);
  return n === undefined ? report : { ...report, needed: { n } };
}

export interface SampledPerturbation {
  /** σ: deviation of the normal noise on every weight. */
  readonly deviation: number;
  /** λ: deviation of the prior, and the number p of weights, where λ is not σ. */
  readonly prior?: { readonly deviation: number; readonly parameters: number };
  /** ‖W − W₀‖_F from weights that were fixed before the data were seen: the initialisation, or 0. */
  readonly distance: number;
  /** Mean error of the network over M draws of the noise, on the n points. */
  readonly perturbedRisk: number;
  readonly draws: number;
  readonly points: number;
  /** Number G of deviations (or W₀) that were tried; they share the failure probability. */
  readonly candidates: number;
  readonly failureProbability: number;
  readonly target?: number;
}

/** KL(N(m, σ²)‖N(m₀, λ²)) of one coordinate, in nats, from m − m₀: ln(λ/σ) + (σ² + (m − m₀)²)/2λ² − ½. */
export const normalDivergence = (difference: number, deviation: number, priorDeviation: number): number =>
  Math.log(priorDeviation / deviation) + (deviation ** 2 + difference ** 2) / (2 * priorDeviation ** 2) - 0.5;

/**
 * Error of a network whose weights carry normal noise of deviation σ (P1; Dziugaite and Roy 2017): prior N(W₀, λ²I) with λ = σ unless given, posterior
 * N(W, σ²I), KL = ‖W − W₀‖²/2λ² + p·(ln(λ/σ) + σ²/2λ² − ½). Half of δ pays for the M draws with which the noisy network's risk on the sample was measured.
 */
export function sampledPerturbation(input: SampledPerturbation): Report {
  const { deviation, distance, perturbedRisk, draws, points, candidates, failureProbability, target, prior } = input;
  const { deviation: priorDeviation, parameters } = prior ?? { deviation, parameters: 0 };
  const half = failureProbability / 2;
  const empirical = binaryKlUpperInverse(perturbedRisk, Math.log(1 / half) / draws);
  const measured = { Ĝ_M: perturbedRisk, M: draws };
  return klReport({
    theorem: 'P1',
    bounds: `error of the network with normal noise of deviation σ on its weights`,
    terms: [
      {
        id: 'P1.empirical',
        name: 'empirical risk',
        value: perturbedRisk,
        evidence: 'certified',
        formula: 'Ĝ_M = mean error over M draws of the noise',
        inputs: { ...measured, σ: deviation },
        assumptions: ['the draws of the noise are independent', 'the labelled points are independent draws from the downstream law'],
      },
      {
        id: 'P1.sampling',
        name: 'concentration',
        value: Math.max(0, empirical - perturbedRisk),
        evidence: 'certified',
        formula: 'kl⁻¹(Ĝ_M, ln(2/δ)/M) − Ĝ_M',
        inputs: { ...measured, δ: failureProbability },
        assumptions: [],
      },
    ],
    empirical,
    divergence: distance ** 2 / (2 * priorDeviation ** 2) + parameters * normalDivergence(0, deviation, priorDeviation),
    confidence: n => confidenceNats(n, candidates, half),
    points,
    inputs: { σ: deviation, λ: priorDeviation, ...(prior && { p: parameters }), '‖W − W₀‖': distance, G: candidates, Ĝ: empirical },
    divergenceFormula: 'kl⁻¹(Ĝ, (KL + ln(4√n·G/δ))/n) − kl⁻¹(Ĝ, ln(4√n·G/δ)/n), KL = ‖W − W₀‖²/2λ² + p·(ln(λ/σ) + σ²/2λ² − ½)',
    confidenceFormula: 'kl⁻¹(Ĝ, ln(4√n·G/δ)/n) − Ĝ',
    assumptions: ['W₀, σ and λ were fixed before these points were seen, but for the G that were tried'],
    failureProbability,
    ...(target !== undefined && { target }),
  });
}

/** One matrix of a chain without biases. */
export interface PerturbedLayer {
  /** An upper bound of its spectral norm, above 0. */
  readonly spectralNorm: number;
  readonly frobenius: number;
  readonly rows: number;
  readonly columns: number;
}

export interface MarginPerturbation {
  readonly layers: readonly PerturbedLayer[];
  /** B_x: largest norm of an input. */
  readonly inputNorm: number;
  /** γ, and the share of the sample whose margin is at most γ. */
  readonly margin: number;
  readonly marginRisk: number;
  readonly points: number;
  readonly failureProbability: number;
  readonly target?: number;
}

/**
 * Error of the network itself from its margins and norms (P2; Neyshabur, Bhojanapalli and Srebro 2018, sharpened in docs/theory.md): ReLU layers without biases.
 * The perturbation radius σ is the one that moves no output by more than γ/4 with probability ½.
 */
export function marginPerturbation(input: MarginPerturbation): Report {
  const { layers, inputNorm, margin, marginRisk, points, failureProbability, target } = input;
  const depth = layers.length;
  const scale = Math.exp(layers.reduce((sum, { spectralNorm }) => sum + Math.log(spectralNorm), 0) / depth);
  const { rounded, nats } = peel([scale], 1 + 1 / depth);
  const grid = rounded[0]!;
  const { deviation, reach } = perturbationRadius(layers, grid, inputNorm, margin);
  const stableRanks = layers.reduce((sum, { frobenius, spectralNorm }) => sum + (frobenius / spectralNorm) ** 2, 0);
  const divergence = (scale ** 2 * stableRanks) / (2 * deviation ** 2);
  return klReport({
    theorem: 'P2',
    bounds: 'error of the network itself',
    terms: [
      {
        id: 'P2.empirical',
        name: 'empirical risk',
        value: marginRisk,
        evidence: 'certified',
        formula: 'L̂_γ = share of points with margin at most γ',
        inputs: { L̂_γ: marginRisk, γ: margin },
        assumptions: ['the labelled points are independent draws from the downstream law', 'γ was fixed before these points were seen'],
      },
    ],
    empirical: marginRisk,
    divergence: 2 * (divergence + Math.LN2),
    confidence: n => confidenceNats(n, 1, failureProbability) + nats,
    points,
    inputs: { σ: deviation, 'Σ τ_i': reach, β̃: grid, d: depth, B_x: inputNorm, γ: margin, 'Σ‖W_i‖_F²/‖W_i‖²': stableRanks },
    divergenceFormula: 'kl⁻¹(L̂_γ, (2(β²·Σ(‖W_i‖_F/‖W_i‖)²/2σ² + ln 2) + conf)/n) − kl⁻¹(L̂_γ, conf/n), σ = γ/(4e·B_x·β̃^{d−1}·Σ τ_i)',
    confidenceFormula: 'kl⁻¹(L̂_γ, conf/n) − L̂_γ, conf = ln(2√n/δ) + ln of the grid of β',
    assumptions: ['a chain of these matrices with ReLU between them and no biases', 'inputs of norm at most B_x'],
    failureProbability,
    ...(target !== undefined && { target }),
  });
}

/** σ, and Σ τ_i: ‖U_i‖ ≤ σ·τ_i for all layers at once with probability at least ½ (Gordon; Davidson and Szarek). */
export function perturbationRadius(
  layers: readonly Pick<PerturbedLayer, 'rows' | 'columns'>[],
  grid: number,
  inputNorm: number,
  margin: number,
): { readonly deviation: number; readonly reach: number } {
  const depth = layers.length;
  const reaches = layers.map(({ rows, columns }) => Math.sqrt(rows) + Math.sqrt(columns) + Math.sqrt(2 * Math.log(2 * depth)));
  const reach = reaches.reduce((sum, one) => sum + one, 0);
  const byMargin = margin / (4 * Math.E * inputNorm * grid ** (depth - 1) * reach);
  return { deviation: Math.min(byMargin, grid / ((depth + 1) * Math.max(...reaches))), reach };
}
