import { binaryKlUpperInverse } from './binaryKl';
import { catoniBound, catoniNats, chosenTemperature, TEMPERATURES } from './catoni';
import type { CertifiedPosterior } from './gibbsHead';
import { neededSamples } from './neededSamples';
import { sumReport, type Report, type Term } from './report';

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

const gibbsBounds = (mean: string): string =>
  `error of the randomised (Gibbs) head N(${mean}, I); the deterministic head errs at most twice as often`;

/** The divergence of a head in the formulas of reports, and its mean's name: a vector for two classes, a matrix for more. */
function symbolsOf({ theorem, classes = 2 }: Pick<PacBayesReportInput, 'theorem' | 'classes'>): {
  readonly mean: string;
  readonly divergence: string;
} {
  const mean = classes === 2 ? 'μu' : 'M';
  const centre = theorem === 'F1' ? '' : classes === 2 ? ' − m₀u₀' : ' − m₀U₀';
  return { mean, divergence: `KL = ‖${mean}${centre}‖²/2` };
}

function empiricalTerm(
  { theorem, posterior, classes = 2, points, choices }: PacBayesReportInput,
  id: Term['id'] = `${theorem}.empirical`,
): Term {
  const { empirical, mean } = posterior;
  const binary = classes === 2;
  return {
    id,
    name: 'empirical risk',
    value: empirical,
    evidence: 'certified',
    formula: binary
      ? 'Ĝ = mean of Φ̄(μγᵢ), γᵢ = yᵢ⟨u, hᵢ⟩/‖hᵢ‖'
      : 'Ĝ = mean of 1 − ∫ φ(t − s_y) Π_{k≠y} Φ(t − s_k) dt, s_k = ⟨M_k, hᵢ⟩/‖hᵢ‖',
    inputs: {
      Ĝ: empirical,
      n: points,
      [binary ? 'μ' : '‖M‖']: Math.sqrt(mean.reduce((sum, value) => sum + value * value, 0)),
      ...choices,
    },
    assumptions: ASSUMPTIONS,
  };
}

/** The report with the labels at which its total, `at` n points, would fall below the target, where it does not yet and labels alone can mend it. */
function withNeeded(
  report: Report,
  { posterior, classes = 2, points, labelled, ...rest }: PacBayesReportInput,
  at: (n: number) => number,
): Report {
  const target = rest.target ?? chanceError(classes);
  if (report.total < target || posterior.empirical >= target) return report;
  const needed = neededSamples(n => (n < 8 ? 1 : at(n)), target);
  return needed === undefined ? report : { ...report, needed: { n: Math.ceil((needed * labelled) / points) } };
}

/**
 * A PAC-Bayes certificate as a report. The inverted kl is split exactly: empirical risk, then what confidence alone adds, then what the divergence
 * adds on top. `needed.n` is set while the total is not below the target: the labels at which it would be, at the same empirical risk and divergence.
 */
export function pacBayesReport(input: PacBayesReportInput): Report {
  const { theorem, posterior, points, priors, failureProbability } = input;
  const { empirical, divergence, bound } = posterior;
  const confidence = confidenceNats(points, priors, failureProbability);
  const certain = binaryKlUpperInverse(empirical, confidence / points);
  const inputs = { Ĝ: empirical, n: points, G: priors, δ: failureProbability };
  const symbols = symbolsOf(input);
  const report = sumReport({
    theorem,
    bounds: gibbsBounds(symbols.mean),
    terms: [
      empiricalTerm(input),
      {
        id: `${theorem}.divergence`,
        name: 'divergence',
        value: Math.max(0, bound - certain),
        evidence: 'certified',
        formula: `kl⁻¹(Ĝ, (KL + ln(2√n·G/δ))/n) − kl⁻¹(Ĝ, ln(2√n·G/δ)/n), ${symbols.divergence}`,
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
  return withNeeded(report, input, n => binaryKlUpperInverse(empirical, (divergence + confidenceNats(n, priors, failureProbability)) / n));
}

/**
 * The same certificate in Catoni's form, which pays ln J for its choice among J temperatures where the inverted kl pays ln(2√n); the posterior may be the one that was
 * found for the latter, since the inequality holds for all posteriors at once. Split as `pacBayesReport` splits.
 */
export function catoniReport(input: PacBayesReportInput): Report {
  const { posterior, points, priors, failureProbability, theorem } = input;
  const { empirical, divergence } = posterior;
  const confidence = catoniNats(priors, failureProbability);
  const temperature = chosenTemperature(posterior, confidence, points);
  const total = catoniBound(empirical, (divergence + confidence) / points, temperature);
  const certain = catoniBound(empirical, confidence / points, temperature);
  const inputs = { Ĝ: empirical, n: points, G: priors, J: TEMPERATURES.length, C: temperature, δ: failureProbability };
  const symbols = symbolsOf(input);
  const report = sumReport({
    theorem: 'catoni',
    bounds: `${gibbsBounds(symbols.mean)}, in Catoni’s form of ${theorem}`,
    terms: [
      empiricalTerm(input, 'catoni.empirical'),
      {
        id: 'catoni.divergence',
        name: 'divergence',
        value: Math.max(0, total - certain),
        evidence: 'certified',
        formula: `Φ(KL + ln(J·G/δ)) − Φ(ln(J·G/δ)), Φ(x) = (1 − e^(−C·Ĝ − x/n))/(1 − e^(−C)), ${symbols.divergence}`,
        inputs: { ...inputs, KL: divergence },
        assumptions: [],
      },
      {
        id: 'catoni.confidence',
        name: 'confidence',
        value: certain - empirical,
        evidence: 'certified',
        formula: 'Φ(ln(J·G/δ)) − Ĝ, Φ(x) = (1 − e^(−C·Ĝ − x/n))/(1 − e^(−C))',
        inputs,
        assumptions: [],
      },
    ],
    range: 1,
    needed: {},
    failureProbability,
  });
  return withNeeded(report, input, n => catoniBound(empirical, (divergence + confidence) / n, chosenTemperature(posterior, confidence, n)));
}
