import { grouped } from '../common/grouped';
import type { EarlyStop, Trial } from '../studies/study';
import { isOver } from './adopt';
import type { RunRecord, StoppedEarly } from './record';
import type { RunFolder } from './runFolder';
import type { StoredRun } from './store';

/** What follows from a comparison for one run; `stopped` is where its loss was worse, absent for a run that goes on. */
export interface Verdict {
  readonly index: number;
  readonly stopped?: StoppedEarly;
}

/** The trials of one seed that are compared, and how far they are. */
interface Cohort {
  readonly settings: EarlyStop;
  /** The rung that its trials run to; past the last one they run to their end. */
  rung: number;
  /** Places of the trials that came through all rungs so far. */
  entrants: readonly number[];
}

/**
 * Successive halving: the trials of a seed run to a share of their pre-training and wait; when all are there, those with the lowest hold-out
 * losses go on. Which ones follows from the metrics alone, not from how fast a trial was. A trial that ended otherwise is compared
 * by what it measured; arms without pre-training are left out.
 */
export class EarlyStopping {
  private readonly cohorts: readonly Cohort[];

  constructor(private readonly trials: readonly Trial[]) {
    const compared = [...trials.keys()].filter(index => trials[index]!.earlyStop && trials[index]!.objective.kind !== 'none');
    const cohorts = grouped(compared, index => JSON.stringify([trials[index]!.seed, trials[index]!.earlyStop]));
    this.cohorts = [...cohorts.values()].map(entrants => ({ settings: trials[entrants[0]!]!.earlyStop!, rung: 0, entrants }));
  }

  /** Whether any trials are compared at all. */
  get isAsked(): boolean {
    return this.cohorts.length > 0;
  }

  /** The step after which a trial has to wait for others; undefined for one that runs to its end. */
  pauseAfter(index: number): number | undefined {
    const cohort = this.cohorts.find(({ entrants }) => entrants.includes(index));
    return cohort && rungStep(this.trials[index]!, cohort.settings.rungs[cohort.rung]);
  }

  /** Compares all trials that can be compared by now, and says what follows. */
  async compare(runs: readonly StoredRun[], records: readonly RunRecord[]): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    for (const cohort of this.cohorts)
      for (let share = cohort.settings.rungs[cohort.rung]; share !== undefined; share = cohort.settings.rungs[cohort.rung]) {
        const steps = new Map(cohort.entrants.map(index => [index, rungStep(this.trials[index]!, share)]));
        const waits = (index: number) => (records[index]!.pausedAfter ?? -1) >= (steps.get(index) ?? Infinity);
        if (!cohort.entrants.every(index => isOver(records[index]!) || waits(index))) break;
        const losses = new Map<number, number>();
        for (const [index, step] of steps) {
          const loss = step === undefined ? undefined : await lossAt(runs[index]!.folder, step);
          if (loss !== undefined) losses.set(index, loss);
        }
        const kept = best(losses, cohort.settings.eta);
        const worst = Math.max(...kept.map(index => losses.get(index)!));
        for (const index of cohort.entrants)
          verdicts.push(
            !losses.has(index) || kept.includes(index) ? { index } : { index, stopped: { share, loss: losses.get(index)!, kept: worst } },
          );
        cohort.entrants = cohort.entrants.filter(index => !losses.has(index) || kept.includes(index));
        cohort.rung++;
      }
    return latest(verdicts);
  }
}

/** The trials that go on: one of `eta`, rounded up, with the lowest losses; of equal ones those that come first in the sweep. */
export function best(losses: ReadonlyMap<number, number>, eta: number): number[] {
  const order = [...losses.keys()].sort((a, b) => losses.get(a)! - losses.get(b)! || a - b);
  return order.slice(0, Math.ceil(order.length / eta));
}

/** Why a run was stopped early, as its record says it. */
export function earlyStopSentence({ share, loss, kept }: StoppedEarly): string {
  const [own, others] = [loss, kept].map(value => value.toPrecision(3));
  return `stopped early: hold-out loss ${own} after ${100 * share} % of pre-training is no better than ${others}, the worst that goes on`;
}

/** Several rungs may be decided at once: what the last one says counts. */
const latest = (verdicts: readonly Verdict[]): Verdict[] => [...new Map(verdicts.map(verdict => [verdict.index, verdict])).values()];

/** The step at which a share of a trial's pre-training is done and its hold-out loss is measured; undefined when it never waits there. */
function rungStep({ objective }: Trial, share: number | undefined): number | undefined {
  if (objective.kind === 'none' || share === undefined) return undefined;
  const step = Math.round(share * objective.steps);
  return step >= 1 && step < objective.steps ? step : undefined;
}

async function lossAt(folder: RunFolder, step: number): Promise<number | undefined> {
  for (let offset = 0; ;) {
    const tail = await folder.metrics(offset).catch(() => undefined);
    const found = tail?.lines.find(line => line.phase === 'pre-training' && line.step === step && line.values.holdOutLoss !== undefined);
    if (found) return found.values.holdOutLoss;
    if (!tail || tail.offset === offset) return undefined;
    offset = tail.offset;
  }
}
