import { formatCount, formatDuration, formatPercent, formatRisk, formatSurety } from '../common/format';
import type { ArmSummary, ReportSummary, StudySummary } from '../runs/summary/studySummary';
import type { Spread } from '../runs/summary/statistics';
import { table, type Column } from './table';

const MODES = { probe: 'probe', frozen: 'frozen', full: 'full' } as const;

/** A study's result as plain text: accuracies, certificates, the terms of the bound with their evidence, and what a reader should take away. */
export function summaryText(summary: StudySummary): string {
  const { study, task, labels, testCount, encoderParameters, arms, findings, missing, engines, seconds } = summary;
  return [
    `${study}: ${task}, ${labels} labels, ${formatCount(testCount)} test images, encoder of ${formatCount(encoderParameters)} parameters`,
    '',
    'Test accuracy in % (mean ± standard deviation over seeds)',
    accuracyTable(arms),
    '',
    ...budgetTable(arms, labels),
    'Test risks: ramp loss at the margin, expected calibration error, Brier score',
    riskTable(arms),
    '',
    ...theorems(arms).flatMap(theorem => [...theoremTable(theorem, arms), '']),
    'In words',
    ...findings.map(finding => `- ${finding}.`),
    ...missing.map(sentence => `- Not in the numbers: ${sentence}.`),
    '',
    `${arms.reduce((sum, arm) => sum + arm.seeds.length, 0)} runs, ${formatDuration(seconds)} of computing, engine ${engines.join(' and ')}.`,
  ].join('\n');
}

function accuracyTable(arms: readonly ArmSummary[]): string {
  const modes = (['probe', 'frozen', 'full'] as const).filter(mode => arms.some(arm => arm.accuracy.some(one => one.mode === mode)));
  const columns: Column[] = [
    { title: 'arm' },
    ...modes.map(mode => ({ title: MODES[mode], align: 'right' as const })),
    { title: 'reconstruction', align: 'right' },
    { title: 'feature norm', align: 'right' },
    { title: 'complexity', align: 'right' },
    { title: 'seeds', align: 'right' },
  ];
  const rows = arms.map(arm => [
    arm.arm,
    ...modes.map(mode => percentSpread(arm.accuracy.find(one => one.mode === mode)?.test)),
    arm.holdOutLoss ? riskSpread(arm.holdOutLoss) : '–',
    riskSpread(arm.featureNorm),
    riskSpread(arm.featureComplexity),
    `${arm.seeds.length}`,
  ]);
  return table(columns, rows);
}

/** Accuracy by number of labels; nothing where a study has one budget. */
function budgetTable(arms: readonly ArmSummary[], labels: number): readonly string[] {
  const budgets = arms[0]?.budgets.map(budget => budget.labels) ?? [];
  if (budgets.length === 0) return [];
  const rows = arms.flatMap(arm =>
    arm.accuracy.map(({ mode, test }) => [
      arm.arm,
      mode,
      ...budgets.map(size => percentSpread(arm.budgets.find(one => one.labels === size)?.accuracy.find(one => one.mode === mode)?.test)),
      percentSpread(test),
    ]),
  );
  const columns = [...budgets, labels].map((size): Column => ({ title: `${size} labels`, align: 'right' }));
  return ['Test accuracy in % by number of labels', table([{ title: 'arm' }, { title: 'mode' }, ...columns], rows), ''];
}

function riskTable(arms: readonly ArmSummary[]): string {
  const columns: readonly Column[] = [
    { title: 'arm' },
    { title: 'mode' },
    { title: 'ramp', align: 'right' },
    { title: 'calibration', align: 'right' },
    { title: 'Brier', align: 'right' },
  ];
  const rows = arms.flatMap(arm =>
    arm.accuracy.map(({ mode, ramp, calibrationError, brier }) => [arm.arm, mode, ...[ramp, calibrationError, brier].map(riskSpread)]),
  );
  return table(columns, rows);
}

const theorems = (arms: readonly ArmSummary[]): readonly string[] => [
  ...new Set(arms.flatMap(arm => arm.reports.map(report => report.theorem))),
];

function theoremTable(theorem: string, arms: readonly ArmSummary[]): string[] {
  const found = arms.flatMap(arm => arm.reports.filter(report => report.theorem === theorem).map(report => ({ arm, report })));
  const names = [...new Set(found.flatMap(({ report }) => report.terms.map(term => term.name)))];
  const columns: Column[] = [
    { title: 'arm' },
    { title: 'total', align: 'right' },
    ...names.map(name => ({ title: name, align: 'right' as const })),
    { title: 'evidence' },
    { title: 'says' },
  ];
  const rows = found.map(({ arm, report }) => [
    arm.arm,
    riskSpread(report.total),
    ...names.map(name => termCell(report, name)),
    report.evidence,
    sayingOf(report),
  ]);
  const first = found[0]!.report;
  const surety = formatSurety(first.failureProbability);
  return [`${theorem}: ${first.bounds}${surety && ` (${surety})`}`, table(columns, rows), EVIDENCE_MARKS];
}

const MARKS = { certified: 'c', measured: 'm', estimated: 'e', assumed: 'a' } as const;
const EVIDENCE_MARKS = 'c certified · m measured · e estimated · a assumed';

function termCell(report: ReportSummary, name: string): string {
  const term = report.terms.find(one => one.name === name);
  return term ? `${formatRisk(term.value.mean)} ${MARKS[term.evidence]}` : '–';
}

/** What a bound says: that it is vacuous and what would mend it, or that it is informative. */
function sayingOf({ vacuous, needed }: Pick<ReportSummary, 'vacuous' | 'needed'>): string {
  if (!vacuous) return 'informative';
  if (needed.n !== undefined) return `vacuous; n = ${formatCount(needed.n)} labels would mend it`;
  if (needed.N !== undefined) return `vacuous; N = ${formatCount(needed.N)} unlabelled images would mend it`;
  return 'vacuous';
}

const percentSpread = (value: Spread | undefined): string =>
  value === undefined
    ? '–'
    : `${formatPercent(value.mean).replace(' %', '')}${value.deviation === undefined ? '' : ` ± ${(100 * value.deviation).toFixed(1)}`}`;
const riskSpread = ({ mean, deviation }: Spread): string =>
  `${formatRisk(mean)}${deviation === undefined ? '' : ` ± ${formatRisk(deviation)}`}`;
