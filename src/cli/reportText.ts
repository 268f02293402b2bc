import { formatCount, formatRisk, formatSurety } from '../common/format';
import type { Report } from '../theory/report';
import { table } from '../reporting/table';

/** A report for the terminal: what is bounded, the terms with their evidence, the total, and what would mend a vacuous one. */
export function reportText(report: Report): string {
  const rows = [
    ...report.terms.map(term => [term.name, formatRisk(term.value), term.evidence, term.formula]),
    ['total', formatRisk(report.total), report.evidence, formatSurety(report.failureProbability)],
  ];
  const columns = [{ title: 'term' }, { title: 'value', align: 'right' }, { title: 'evidence' }, { title: 'formula' }] as const;
  return [`${report.theorem}: ${report.bounds}`, table(columns, rows), vacuityText(report)].filter(line => line !== '').join('\n');
}

/** "Vacuous …" with the number of points that would mend it; empty when the bound says something. */
function vacuityText({ vacuous, range, needed }: Pick<Report, 'vacuous' | 'range' | 'needed'>): string {
  if (!vacuous) return '';
  const mends = [
    ...(needed.n === undefined ? [] : [`n = ${formatCount(needed.n)} labelled points`]),
    ...(needed.N === undefined ? [] : [`N = ${formatCount(needed.N)} unlabelled points`]),
  ];
  return `Vacuous: the loss never exceeds ${formatRisk(range)}${mends.length > 0 ? `; informative from ${mends.join(' or ')}` : ''}.`;
}
