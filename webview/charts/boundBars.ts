import { formatRisk } from '../../src/common/format';
import { t, translated } from '../../src/common/translation';
import type { StudySummary } from '../../src/runs/summary/studySummary';
import type { Evidence, TermName } from '../../src/theory/report';
import type { TextTable } from '../dom';
import type { DataTable } from '../exportFile';
import { generalBound } from '../headline';

/** One bar: the bound of one arm, its terms in the order of the theorem. */
export interface BoundBar {
  readonly arm: string;
  readonly total: number;
  readonly evidence: Evidence;
  readonly vacuous: boolean;
  readonly terms: readonly { readonly name: TermName; readonly value: number; readonly evidence: Evidence }[];
}

/** All bars, with the value from which on a bound says nothing. */
export interface BoundBars {
  readonly bounds: string;
  readonly range: number;
  readonly names: readonly TermName[];
  readonly bars: readonly BoundBar[];
}

/** The terms in the order in which they stand in the theorem, whichever arm comes first. */
const ORDER: readonly TermName[] = ['transfer', 'complexity', 'concentration', 'domain shift', 'task', 'optimisation'];

/** The bars of a study, means over seeds; undefined when no arm has the bound with all its terms. */
export function boundBars(summary: StudySummary | undefined): BoundBars | undefined {
  const found = (summary?.arms ?? []).flatMap(arm => {
    const bound = generalBound(arm);
    return bound ? [{ arm: arm.arm, bound }] : [];
  });
  const first = found[0];
  if (!first) return undefined;
  const bars = found.map(({ arm, bound }) => ({
    arm,
    total: bound.total.mean,
    evidence: bound.evidence,
    vacuous: bound.vacuous,
    terms: bound.terms.map(({ name, value, evidence }) => ({ name, value: value.mean, evidence })),
  }));
  const present = new Set(bars.flatMap(bar => bar.terms.map(term => term.name)));
  const names = [...ORDER.filter(name => present.has(name)), ...[...present].filter(name => !ORDER.includes(name))];
  return { bounds: first.bound.bounds, range: first.bound.range, names, bars };
}

/** What is seen and how to read it, in a sentence or two. */
export function captionBars(shown: BoundBars): string {
  return `${t('Upper limit of the {0}, mean over seeds; hatched: assumed.', translated(shown.bounds).split(' (')[0] ?? '')} ${verdict(shown)}`;
}

/** The bars in words for those who do not see them. */
export function describeBars(shown: BoundBars): string {
  return `${shown.bars.map(bar => `${bar.arm} ${formatRisk(bar.total)} ${translated(bar.evidence)}`).join('; ')}. ${verdict(shown)}`;
}

function verdict({ range, bars }: BoundBars): string {
  const vacuous = bars.filter(bar => bar.vacuous).length;
  if (vacuous === 0) return t('All are below {0}, from which on a bound is vacuous.', formatRisk(range));
  return vacuous === bars.length
    ? t("All are vacuous: at or above {0}, the loss's range.", formatRisk(range))
    : t("{0} of {1} vacuous: at or above {2}, the loss's range.", vacuous, bars.length, formatRisk(range));
}

/** The bars as a table: one row an arm, one column a term, each number with its evidence. */
export function barTable({ names, bars }: BoundBars): TextTable {
  return {
    head: [t('arm'), ...names.map(translated), t('total')],
    rows: bars.map(bar => [
      bar.arm,
      ...names.map(name => {
        const term = bar.terms.find(one => one.name === name);
        return term ? `${formatRisk(term.value)} ${translated(term.evidence)}` : '–';
      }),
      `${formatRisk(bar.total)} ${translated(bar.evidence)}${bar.vacuous ? `, ${t('vacuous')}` : ''}`,
    ]),
  };
}

/** One row a term of an arm, unrounded. */
export const barData = ({ bars }: BoundBars): DataTable => ({
  columns: ['arm', 'term', 'value', 'evidence'],
  rows: bars.flatMap(bar => [
    ...bar.terms.map(term => [bar.arm, term.name, term.value, term.evidence]),
    [bar.arm, 'total', bar.total, bar.vacuous ? `${bar.evidence}, vacuous` : bar.evidence],
  ]),
});
