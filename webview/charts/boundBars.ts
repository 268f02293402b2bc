import { formatRisk } from '../../src/common/format';
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
  return `Upper limit of the ${shown.bounds.split(' (')[0] ?? ''}, mean over seeds; hatched: assumed. ${verdict(shown)}`;
}

/** The bars in words for those who do not see them. */
export function describeBars(shown: BoundBars): string {
  return `${shown.bars.map(bar => `${bar.arm} ${formatRisk(bar.total)} ${bar.evidence}`).join('; ')}. ${verdict(shown)}`;
}

function verdict({ range, bars }: BoundBars): string {
  const vacuous = bars.filter(bar => bar.vacuous).length;
  if (vacuous === 0) return `All are below ${formatRisk(range)}, from which on a bound is vacuous.`;
  const how = vacuous === bars.length ? 'All are' : `${vacuous} of ${bars.length} ${vacuous === 1 ? 'is' : 'are'}`;
  return `${how} vacuous: at or above ${formatRisk(range)}, the loss's range.`;
}

/** The bars as a table: one row an arm, one column a term, each number with its evidence. */
export function barTable({ names, bars }: BoundBars): TextTable {
  return {
    head: ['arm', ...names, 'total'],
    rows: bars.map(bar => [
      bar.arm,
      ...names.map(name => {
        const term = bar.terms.find(one => one.name === name);
        return term ? `${formatRisk(term.value)} ${term.evidence}` : '–';
      }),
      `${formatRisk(bar.total)} ${bar.evidence}${bar.vacuous ? ', vacuous' : ''}`,
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
