import { regularisersOf } from '../../studies/regularisers';
import type { FineTuningMode } from '../../training/results';
import type { RunRecord } from '../record';
import { pairedDifference, type PairedDifference } from './statistics';

/** One arm against another in one fine-tuning mode, paired by seed (same labels, same test set). */
export interface Comparison {
  readonly arm: string;
  readonly baseline: string;
  readonly mode: FineTuningMode;
  /** Difference of test accuracies in percentage points, arm − baseline. */
  readonly points: PairedDifference;
  readonly verdict: 'better' | 'worse' | 'no difference';
  /** The comparison as a sentence for people. */
  readonly sentence: string;
}

interface Arm {
  readonly name: string;
  readonly runs: readonly RunRecord[];
}

const MODE_NAMES: Readonly<Record<FineTuningMode, string>> = {
  probe: 'linear probe',
  frozen: 'frozen encoder with trained head',
  full: 'full fine-tuning',
};

/**
 * The comparisons a study is made for: pre-training without a regulariser against from scratch, and each regulariser
 * against pre-training without one. A mode that an arm lacks, or fewer than two common seeds, gives none.
 */
export function compareArms(arms: readonly Arm[]): readonly Comparison[] {
  const kind = (arm: Arm) => arm.runs[0]!.trial;
  const scratch = arms.find(arm => kind(arm).objective.kind === 'none');
  const isRegularised = (arm: Arm) => regularisersOf(kind(arm).regulariser).length > 0;
  const plain = arms.find(arm => kind(arm).objective.kind !== 'none' && !isRegularised(arm));
  const regularised = arms.filter(arm => kind(arm).objective.kind !== 'none' && isRegularised(arm));
  const pairs: (readonly [Arm, Arm])[] = [];
  if (plain && scratch) pairs.push([plain, scratch]);
  if (plain) for (const arm of regularised) pairs.push([arm, plain]);
  return pairs.flatMap(([arm, baseline]) => (['probe', 'frozen', 'full'] as const).flatMap(mode => compare(arm, baseline, mode) ?? []));
}

function accuracyBySeed(arm: Arm, mode: FineTuningMode): ReadonlyMap<number, number> {
  return new Map(
    arm.runs.flatMap(run =>
      (run.results?.fineTuning ?? [])
        .filter(result => result.mode === mode)
        .map(result => [run.trial.seed, 100 * result.testAccuracy] as const),
    ),
  );
}

function compare(arm: Arm, baseline: Arm, mode: FineTuningMode): Comparison | undefined {
  const left = accuracyBySeed(arm, mode);
  const right = accuracyBySeed(baseline, mode);
  const seeds = [...left.keys()].filter(seed => right.has(seed));
  if (seeds.length < 2) return undefined;
  const points = pairedDifference(
    seeds.map(seed => left.get(seed)!),
    seeds.map(seed => right.get(seed)!),
  );
  if (!points) return undefined;
  const [low, high] = points.interval;
  const verdict = low > 0 ? 'better' : high < 0 ? 'worse' : 'no difference';
  return {
    arm: arm.name,
    baseline: baseline.name,
    mode,
    points,
    verdict,
    sentence: sentence(arm.name, baseline.name, mode, points, verdict),
  };
}

function sentence(arm: string, baseline: string, mode: FineTuningMode, points: PairedDifference, verdict: Comparison['verdict']): string {
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
  const interval = `${signed(points.mean)} points, 95 % interval ${signed(points.interval[0])} to ${signed(points.interval[1])}, ${points.count} paired seeds`;
  const claim =
    verdict === 'no difference' ? `no measurable difference between ${arm} and ${baseline}` : `${arm} is ${verdict} than ${baseline}`;
  return `${MODE_NAMES[mode]}: ${claim} (${interval})`.replace(/^./, first => first.toUpperCase());
}
