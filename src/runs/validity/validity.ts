import { Random } from '../../common/random';
import { kendallTauB, meanRanks } from '../../theory/rankStatistics';
import type { FineTuningMode } from '../../training/results';
import { spread } from '../summary/statistics';
import { estimatesOf, type EstimateOfRun, type FinishedRun } from './estimates';

/** Kendall's τ_b of an estimate with an outcome, signed so that a positive value means that the estimate claims rightly. */
export interface Agreement {
  readonly tau: number;
  /** 95 % bootstrap interval over arms; absent where too few resamples vary. */
  readonly interval?: readonly [low: number, high: number];
  /** Arms that have the estimate. */
  readonly arms: number;
}

/** How well one estimate ranked the arms of a sweep. */
export interface EstimateValidity {
  readonly name: string;
  readonly kind: EstimateOfRun['kind'] | 'combined';
  readonly direction: 1 | -1;
  readonly agreement: Readonly<Partial<Record<FineTuningMode, Agreement>>>;
}

/** Which estimates predicted the fine-tuned accuracy of a sweep. */
export interface Validity {
  readonly runs: number;
  readonly arms: number;
  /** Modes in which every run was fine-tuned: the outcomes. */
  readonly outcomes: readonly FineTuningMode[];
  /** Best first: by the mean of their τ over the outcomes. */
  readonly estimates: readonly EstimateValidity[];
  /** Mean ranks of the best few estimates, chosen without the arms that they are judged on. */
  readonly combined: EstimateValidity & { readonly of: number };
}

interface Arm {
  readonly name: string;
  /** Mean over seeds, by name. */
  readonly values: ReadonlyMap<string, number>;
  readonly accuracy: Readonly<Record<string, number>>;
}

const RESAMPLES = 1000;
const FEWEST_ARMS = 6;
/** Estimates that the combined one is made of, and folds over which it is judged. */
const COMBINED = 3;
const FOLDS = 6;

/**
 * Kendall's τ of every estimate with the accuracies after fine-tuning, over the arms of a sweep: both are means over the arm's seeds, so that the seeds of one
 * arm do not count as independent. Throws a RangeError for fewer than six arms.
 */
export function validityOf(runs: readonly FinishedRun[]): Validity {
  const arms = armsOf(runs);
  if (arms.length < FEWEST_ARMS)
    throw new RangeError(`${arms.length} arms have finished; a rank correlation needs at least ${FEWEST_ARMS}`);
  const outcomes = (['probe', 'frozen', 'full'] as const).filter(mode => arms.every(arm => mode in arm.accuracy));
  const descriptions = new Map(runs.flatMap(estimatesOf).map(one => [one.name, one] as const));
  const estimates = [...descriptions.values()].map(({ name, kind, direction }): EstimateValidity => ({
    name,
    kind,
    direction,
    agreement: agreements(
      arms.flatMap(arm => (arm.values.has(name) ? [{ arm, value: direction * arm.values.get(name)! }] : [])),
      outcomes,
      name,
    ),
  }));
  const ranked = estimates.filter(one => Object.keys(one.agreement).length > 0).sort((a, b) => meanTau(b) - meanTau(a));
  return { runs: runs.length, arms: arms.length, outcomes, estimates: ranked, combined: combine(arms, ranked, outcomes) };
}

/** Mean τ over the outcomes. */
export function meanTau({ agreement }: Pick<EstimateValidity, 'agreement'>): number {
  const taus = Object.values(agreement).map(({ tau }) => tau);
  return taus.length === 0 ? -Infinity : taus.reduce((sum, tau) => sum + tau, 0) / taus.length;
}

function armsOf(runs: readonly FinishedRun[]): readonly Arm[] {
  const names = [...new Set(runs.map(run => run.trial.arm))];
  return names.map(name => {
    const own = runs.filter(run => run.trial.arm === name);
    const mean = (values: readonly number[]) => spread(values).mean;
    const collected = new Map<string, number[]>();
    for (const one of own.flatMap(estimatesOf)) collected.set(one.name, [...(collected.get(one.name) ?? []), one.value]);
    const modes = own[0]!.results.fineTuning.map(({ mode }) => mode);
    return {
      name,
      values: new Map([...collected].filter(([, values]) => values.length === own.length).map(([key, values]) => [key, mean(values)])),
      accuracy: Object.fromEntries(
        modes.map(mode => [mode, mean(own.map(run => run.results.fineTuning.find(result => result.mode === mode)!.testAccuracy))]),
      ),
    };
  });
}

interface Scored {
  readonly arm: Arm;
  /** Signed so that more is claimed to be better. */
  readonly value: number;
}

function agreements(
  scored: readonly Scored[],
  outcomes: readonly FineTuningMode[],
  seed: string,
): Readonly<Partial<Record<FineTuningMode, Agreement>>> {
  if (scored.length < FEWEST_ARMS) return {};
  return Object.fromEntries(
    outcomes.flatMap(mode => {
      const tauOf = (chosen: readonly Scored[]) =>
        kendallTauB(
          chosen.map(one => one.value),
          chosen.map(one => one.arm.accuracy[mode]!),
        );
      const tau = tauOf(scored);
      if (!Number.isFinite(tau)) return [];
      const random = new Random(`validity of ${seed} for ${mode}`);
      const resampled = Array.from({ length: RESAMPLES }, () => tauOf(scored.map(() => scored[random.integer(scored.length)]!)));
      const interval = percentiles(resampled.filter(Number.isFinite));
      return [[mode, { tau, ...(interval && { interval }), arms: scored.length }]];
    }),
  );
}

function percentiles(values: number[]): readonly [number, number] | undefined {
  if (values.length < RESAMPLES / 2) return undefined;
  values.sort((a, b) => a - b);
  const at = (share: number) => values[Math.round(share * (values.length - 1))]!;
  return [at(0.025), at(0.975)];
}

/**
 * The mean rank of the few estimates that did best on the other folds of arms, ranks taken among those arms too: what somebody would have got who chose the
 * estimates on earlier sweeps.
 */
function combine(arms: readonly Arm[], ranked: readonly EstimateValidity[], outcomes: readonly FineTuningMode[]): Validity['combined'] {
  const everywhere = ranked.filter(({ name }) => arms.every(arm => arm.values.has(name)));
  const order = new Random('folds of arms').permutation(arms.length);
  const scored: Scored[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const held = Array.from(order).filter((_, place) => place % FOLDS === fold);
    const kept = Array.from(order)
      .filter((_, place) => place % FOLDS !== fold)
      .map(i => arms[i]!);
    const best = everywhere
      .map(estimate => ({ estimate, tau: tauAmong(kept, estimate, outcomes) }))
      .sort((a, b) => b.tau - a.tau)
      .slice(0, COMBINED);
    for (const i of held) {
      const places = best.map(({ estimate }) => placeAmong(kept, arms[i]!, estimate));
      scored.push({ arm: arms[i]!, value: places.reduce((sum, place) => sum + place, 0) / places.length });
    }
  }
  const agreement = agreements(scored, outcomes, 'combined');
  return { name: 'combined', kind: 'combined', direction: 1, agreement, of: Math.min(COMBINED, everywhere.length) };
}

function tauAmong(arms: readonly Arm[], { name, direction }: EstimateValidity, outcomes: readonly FineTuningMode[]): number {
  const values = arms.map(arm => direction * arm.values.get(name)!);
  const taus = outcomes.map(mode =>
    kendallTauB(
      values,
      arms.map(arm => arm.accuracy[mode]!),
    ),
  );
  const mean = taus.reduce((sum, tau) => sum + tau, 0) / taus.length;
  return Number.isFinite(mean) ? mean : -Infinity;
}

/** Where an arm would stand among others by an estimate, in [0, 1]; 1 is best. */
function placeAmong(others: readonly Arm[], arm: Arm, { name, direction }: EstimateValidity): number {
  const values = [...others, arm].map(one => direction * one.values.get(name)!);
  return (meanRanks(values)[others.length]! - 1) / others.length;
}
