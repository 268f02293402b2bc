import { formatRisk } from '../../src/common/format';
import { t, toTranslate, translated } from '../../src/common/translation';
import type { PanelSnapshot, RunSummary } from '../../src/reporting/panelMessages';
import type { Spread } from '../../src/runs/summary/statistics';
import type { ArmSummary, StudySummary } from '../../src/runs/summary/studySummary';
import type { TextTable } from '../dom';
import type { DataTable } from '../exportFile';
import { generalBound } from '../headline';
import { halfInterval } from './whiskers';

/** One arm's place on the axis. */
export interface ImpactArm {
  readonly arm: string;
  /** As `.003` for the strength of the one that is swept, `none`, `L2`, `scratch`. */
  readonly label: string;
  /** Whether it lies on the path of the regulariser whose strength is swept: no regulariser at its start. */
  readonly onPath: boolean;
  readonly regulariser: RunSummary['regulariser'];
}

/** One quantity over all arms; an arm that lacks it has undefined. */
export interface ImpactLine {
  readonly name: string;
  readonly values: readonly (Spread | undefined)[];
}

export interface ImpactPlot {
  readonly title: string;
  readonly isShare: boolean;
  readonly lines: readonly ImpactLine[];
}

/** What a regulariser changes, arm by arm. */
export interface RegulariserImpact {
  /** Name of the regulariser whose strength is swept. */
  readonly swept: string;
  readonly arms: readonly ImpactArm[];
  readonly plots: readonly ImpactPlot[];
  readonly verdict: string;
}

const NAMES: Readonly<Record<string, string>> = { radreg: 'RadReg', l2: 'L2' };
const nameOf = (kind: string): string => NAMES[kind] ?? kind;

/**
 * The arms that differ in their regulariser alone, the swept one by strength, then the others, then the one from scratch. Where a study varies other things too,
 * the largest such group is taken. Undefined when no two arms can be compared.
 */
export function regulariserImpact({ summary, runs }: Pick<PanelSnapshot, 'summary' | 'runs'>): RegulariserImpact | undefined {
  if (!summary) return undefined;
  const all = summary.arms.flatMap(arm => {
    const run = runs.find(one => one.arm === arm.arm && one.state === 'finished');
    return run ? [{ arm, run }] : [];
  });
  const pretrained = all.filter(({ run }) => run.pretrained);
  const sizes = new Map<string, number>();
  for (const { run } of pretrained) sizes.set(run.setting, (sizes.get(run.setting) ?? 0) + 1);
  const [setting] = [...sizes].sort((a, b) => b[1] - a[1])[0] ?? [];
  const group = pretrained.filter(({ run }) => run.setting === setting);
  if (setting === undefined || group.length < 2) return undefined;
  const common = setting.split('/')[0];
  const scratch = all.filter(({ run }) => !run.pretrained && run.setting.split('/')[0] === common).slice(0, 1);
  const swept = sweptKind(group.map(({ run }) => run.regulariser.kind));
  const rank = ({ run: { regulariser } }: (typeof group)[number]) => (regulariser.kind === 'none' ? 0 : regulariser.kind === swept ? 1 : 2);
  const ordered = [
    ...[...group].sort((a, b) => rank(a) - rank(b) || (a.run.regulariser.lambda ?? 0) - (b.run.regulariser.lambda ?? 0)),
    ...scratch,
  ];
  const arms = ordered.map(({ run }): ImpactArm => ({
    arm: run.arm,
    label: labelOf(run, swept, group.filter(one => one.run.regulariser.kind === run.regulariser.kind).length),
    onPath: run.pretrained && (run.regulariser.kind === 'none' || run.regulariser.kind === swept),
    regulariser: run.regulariser,
  }));
  const summaries = ordered.map(({ arm }) => arm);
  return { swept: nameOf(swept), arms, plots: plotsOf(summaries), verdict: verdictOf(summary, group) };
}

/** RadReg where it is there, else what has most arms. */
function sweptKind(kinds: readonly string[]): string {
  if (kinds.includes('radreg')) return 'radreg';
  const count = (kind: string) => kinds.filter(one => one === kind).length;
  return [...new Set(kinds.filter(kind => kind !== 'none'))].sort((a, b) => count(b) - count(a))[0] ?? 'none';
}

function labelOf({ pretrained, regulariser: { kind, lambda } }: RunSummary, swept: string, ofKind: number): string {
  if (!pretrained) return t('scratch');
  if (kind === 'none') return t('none');
  const strength = lambda === undefined ? '' : `${lambda}`.replace(/^0\./, '.');
  if (kind === swept) return strength;
  return ofKind === 1 ? nameOf(kind) : `${nameOf(kind)} ${strength}`;
}

function plotsOf(arms: readonly ArmSummary[]): readonly ImpactPlot[] {
  const line = (name: string, value: (arm: ArmSummary) => Spread | undefined): ImpactLine => ({ name, values: arms.map(value) });
  const plot = (title: string, lines: readonly ImpactLine[], isShare = false): ImpactPlot => ({
    title,
    isShare,
    lines: lines.filter(one => one.values.some(value => value !== undefined)),
  });
  const modes = (['probe', 'frozen', 'full'] as const).map(mode => line(mode, arm => arm.accuracy.find(one => one.mode === mode)?.test));
  const plots = [
    plot(toTranslate('Downstream accuracy'), modes, true),
    plot(toTranslate('Reconstruction loss, held out'), [line(toTranslate('reconstruction loss'), arm => arm.holdOutLoss)]),
    plot(toTranslate('Complexity of the representation'), [line(toTranslate('complexity'), arm => arm.featureComplexity)]),
    plot(toTranslate('Domain term of the bound'), [
      line(toTranslate('domain term'), arm => generalBound(arm)?.terms.find(term => term.name === 'domain shift')?.value),
    ]),
  ];
  return plots.filter(({ lines }) => lines.length > 0);
}

/** What the paired comparisons of these arms say, nulls included. */
function verdictOf({ comparisons }: StudySummary, group: readonly { readonly arm: ArmSummary; readonly run: RunSummary }[]): string {
  const regularised = new Set(group.filter(({ run }) => run.regulariser.kind !== 'none').map(({ arm }) => arm.arm));
  const about = comparisons.filter(({ arm, baseline }) => regularised.has(arm) && group.some(one => one.arm.arm === baseline));
  if (about.length === 0) return t('Differences can be judged once two arms share at least two seeds.');
  const differing = about.filter(({ verdict }) => verdict !== 'no difference');
  if (differing.length === 0) return t('No regulariser differs measurably from none.');
  const sentences = differing.slice(0, 2).map(({ arm, mode, verdict, points }) => {
    const size = Math.abs(points.mean).toFixed(1);
    return verdict === 'better'
      ? t('{0} is better than none by {1} points ({2})', arm, size, mode)
      : t('{0} is worse than none by {1} points ({2})', arm, size, mode);
  });
  const more = differing.length > 2 ? t('; {0} more comparisons differ', differing.length - 2) : '';
  const rest = t('; {0} of {1} show no measurable difference.', about.length - differing.length, about.length);
  return sentences.join('; ') + more + rest;
}

/** A value as the plots write it. */
export const impactText = (value: number, isShare: boolean): string => (isShare ? `${(100 * value).toFixed(1)} %` : formatRisk(value));

function spreadText(spread: Spread | undefined, isShare: boolean): string {
  if (!spread) return '–';
  const half = halfInterval(spread);
  const mean = impactText(spread.mean, isShare);
  return half === undefined ? mean : `${mean.replace(' %', '')} ± ${impactText(half, isShare)}`;
}

/** Rows are arms, columns quantities: mean ± half of the 95 % interval. */
export function impactTable({ arms, plots }: RegulariserImpact): TextTable {
  const columns = plots.flatMap(plot => plot.lines.map(line => ({ line, isShare: plot.isShare })));
  return {
    head: [t('arm'), ...columns.map(({ line, isShare }) => (isShare ? t('{0} accuracy', line.name) : translated(line.name)))],
    rows: arms.map(({ arm }, at) => [arm, ...columns.map(({ line, isShare }) => spreadText(line.values[at], isShare))]),
  };
}

/** One row an arm and quantity, unrounded. */
export function impactData({ arms, plots }: RegulariserImpact): DataTable {
  return {
    columns: ['arm', 'regulariser', 'lambda', 'quantity', 'mean', 'low (95 %)', 'high (95 %)', 'seeds'],
    rows: plots.flatMap(plot =>
      plot.lines.flatMap(line =>
        arms.flatMap(({ arm, regulariser }, at) => {
          const spread = line.values[at];
          if (!spread) return [];
          const half = halfInterval(spread);
          const ends = half === undefined ? [null, null] : [spread.mean - half, spread.mean + half];
          const name = plot.isShare ? `${line.name} accuracy` : line.name;
          return [[arm, regulariser.kind, regulariser.lambda, name, spread.mean, ...ends, spread.count]];
        }),
      ),
    ),
  };
}

/** The plots in words. */
export function describeImpact(impact: RegulariserImpact): string {
  const { head, rows } = impactTable(impact);
  const arms = rows.map(row => row.map((text, at) => (at === 0 ? `${text}:` : `${head[at]} ${text}`)).join(' '));
  return `${arms.join('; ')}. ${impact.verdict}`;
}
