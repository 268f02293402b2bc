import type { CertifiedPosterior } from './gibbsHead';

/** Temperatures C that are tried, fixed before any sample: each counts as a prior, so their number is what their choice costs. */
export const TEMPERATURES: readonly number[] = Array.from({ length: 12 }, (_, i) => 2 ** ((i - 6) / 2));

/**
 * Catoni's bound on a risk with `nats` = (KL + confidence)/n at temperature C: (1 − e^{−C·q − nats})/(1 − e^{−C}), not capped at 1. Its least value over all C is kl⁻¹(q, nats),
 * at C = `bestTemperature`.
 */
export const catoniBound = (empirical: number, nats: number, temperature: number): number =>
  Math.expm1(-temperature * empirical - nats) / Math.expm1(-temperature);

/** The temperature at which Catoni's bound with empirical risk q equals p = kl⁻¹(q, ·): ln(p(1 − q)/(q(1 − p))), for 0 < q < p < 1. */
export const bestTemperature = (empirical: number, risk: number): number =>
  Math.log(risk) + Math.log1p(-empirical) - Math.log(empirical) - Math.log1p(-risk);

/** What Catoni's certificate pays for being right with probability 1 − δ under one of `priors` priors at one of the temperatures, in nats: ln(J·G/δ). */
export const catoniNats = (priors: number, failureProbability: number): number =>
  Math.log((TEMPERATURES.length * priors) / failureProbability);

/** The temperature of the list with the least bound. */
export function chosenTemperature({ empirical, divergence }: CertifiedPosterior, confidence: number, points: number): number {
  const at = (temperature: number) => catoniBound(empirical, (divergence + confidence) / points, temperature);
  return TEMPERATURES.reduce((best, temperature) => (at(temperature) < at(best) ? temperature : best));
}
