import { binaryKlUpperInverse } from './binaryKl';
import type { CertifiedPosterior } from './gibbsHead';
import { neededSamples } from './neededSamples';
import { sumReport, type Report } from './report';

export interface PacBayesReportInput {
  readonly theorem: 'F1' | 'F2';
  readonly posterior: CertifiedPosterior;
  /** How many classes the task has; two when absent. */
  readonly classes?: number;
  /** Labelled points that the bound is taken over: all for F1, the second half for F2. */
  readonly points: number;
  /** All labelled points. */
  readonly labelled: number;
  /** Number of priors that share the failure probability evenly. */
  readonly priors: number;
  readonly failureProbability: number;
  /** The risk to be certified; ½, the error of a coin, when absent. */
  readonly target?: number;
  /** How the features were prepared and the prior was made, for the report's inputs. */
  readonly choices: Readonly<Record<string, number | string>>;
}

const ASSUMPTIONS = [
  'the encoder does not depend on the labelled points',
  'the labelled points are independent draws from the downstream law, none of them among the unlabelled ones',
];

/** The error of guessing: what a useful certificate has to beat. */
const chanceError = (classes: number): number => 1 - 1 / classes;

/** What a certificate pays for being right with probability 1 − δ under one of `priors` priors, in nats: ln(2√n·G/δ) (Maurer 2004, n ≥ 8). */
export const confidenceNats = (points: number, priors: number, failureProbability: number): number =>
  Math.log((2 * Math.sqrt(points) * priors) / failureProbability);

/** What the same nats give without inverting kl (McAllester; Pinsker's inequality): Ĝ + √(nats/2), never below kl⁻¹(Ĝ, nats). */
export const mcAllesterBound = (empirical: number, nats: number): number => empirical + Math.sqrt(nats / 2);

/**
 * A PAC-Bayes certificate as a report. The inverted kl is split exactly: empirical risk, then what confidence alone adds, then what the divergence
 * adds on top. `needed.n` is set while the total is not below the target: the labels at which it would be, at the same empirical risk and divergence.
 */
export function pacBayesReport(input: PacBayesReportInput): Report {
  const { theorem, posterior, classes = 2, points, labelled, priors, failureProbability, target = chanceError(classes), choices } = input;
  const { empirical, divergence, bound } = posterior;
  const confidence = confidenceNats(points, priors, failureProbability);
  const certain = binaryKlUpperInverse(empirical, confidence / points);
  const inputs = { Ĝ: empirical, n: points, G: priors, δ: failureProbability };
  const binary = classes === 2;
  const mean = binary ? 'μu' : 'M';
  const centre = `‖${mean}${theorem === 'F1' ? '' : binary ? ' − m₀u₀' : ' − m₀U₀'}‖²/2`;
  const report = sumReport({
    theorem,
    bounds: `error of the randomised (Gibbs) head N(${mean}, I); the deterministic head errs at most twice as often`,
    terms: [
      {
        id: `${theorem}.empirical`,
        name: 'empirical risk',
        value: empirical,
        evidence: 'certified',
        formula: binary
          ? 'Ĝ = mean of Φ̄(μγᵢ), γᵢ = yᵢ⟨u, hᵢ⟩/‖hᵢ‖'
          : 'Ĝ = mean of 1 − ∫ φ(t − s_y) Π_{k≠y} Φ(t − s_k) dt, s_k = ⟨M_k, hᵢ⟩/‖hᵢ‖',
        inputs: {
          Ĝ: empirical,
          n: points,
          [binary ? 'μ' : '‖M‖']: Math.sqrt(posterior.mean.reduce((sum, value) => sum + value * value, 0)),
          ...choices,
        },
        assumptions: ASSUMPTIONS,
      },
      {
        id: `${theorem}.divergence`,
        name: 'divergence',
        value: Math.max(0, bound - certain),
        evidence: 'certified',
        formula: `kl⁻¹(Ĝ, (KL + ln(2√n·G/δ))/n) − kl⁻¹(Ĝ, ln(2√n·G/δ)/n), KL = ${centre}`,
        inputs: {
          ...inputs,
          KL: divergence,
          'without inverting kl (McAllester)': mcAllesterBound(empirical, (divergence + confidence) / points),
        },
        assumptions: [],
      },
      {
        id: `${theorem}.confidence`,
        name: 'confidence',
        value: certain - empirical,
        evidence: 'certified',
        formula: 'kl⁻¹(Ĝ, ln(2√n·G/δ)/n) − Ĝ',
        inputs,
        assumptions: [],
      },
    ],
    range: 1,
    needed: {},
    failureProbability,
  });
  if (report.total < target || empirical >= target) return report;
  const at = (n: number) => binaryKlUpperInverse(empirical, (divergence + confidenceNats(n, priors, failureProbability)) / n);
  const needed = neededSamples(n => (n < 8 ? 1 : at(n)), target);
  return needed === undefined ? report : { ...report, needed: { n: Math.ceil((needed * labelled) / points) } };
}
