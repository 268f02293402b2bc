import { UsageFault } from '../../common/fault';
import { formatPercent, formatRisk } from '../../common/format';
import type { RunsView } from '../runService';
import { table } from '../../reporting/table';
import { regulariserText } from '../../studies/regularisers';
import { summarise } from '../../runs/summary/studySummary';
import { generalReport, headCertificate } from '../lensText';
import { runOf } from './readReport';
import { ToolInput } from './toolInput';

export const COMPARE_RUNS = 'boundlens_compare_runs';

/**
 * The tool that puts finished runs side by side: a table, and where they are of one study what follows from them with intervals. Throws a UsageFault for a run
 * that is not there or has no results.
 */
export async function compareRuns(runs: Pick<RunsView, 'all' | 'read'>, given: unknown): Promise<string> {
  const entries = runs.all();
  const chosen = await runs.read(new ToolInput(COMPARE_RUNS, given, ['runs']).texts('runs', 2).map(id => runOf(entries, id)));
  const unfinished = chosen.find(({ record }) => !record.results);
  if (unfinished) throw new UsageFault(`The run "${unfinished.id}" has no results (${unfinished.record.state})`, 'compare finished runs');
  const modes = [...new Set(chosen.flatMap(({ record }) => record.results!.fineTuning.map(({ mode }) => mode)))];
  const columns = ['run', 'arm', 'seed', 'regulariser', ...modes.map(mode => `${mode} accuracy`), 'certified error ≤', 'bound', 'terms'];
  const rows = chosen.map(({ id, record: { trial, results } }) => {
    const [certificate, bound] = [headCertificate(results!), generalReport(results!)];
    const accuracy = (mode: string) => results!.fineTuning.find(one => one.mode === mode)?.testAccuracy;
    return [
      id,
      trial.arm,
      `${trial.seed}`,
      regulariserText(trial.regulariser),
      ...modes.map(mode => cell(accuracy(mode), formatPercent)),
      cell(certificate, ({ total, evidence, vacuous }) => `${formatRisk(total)} (${evidence}${vacuous ? ', vacuous' : ''})`),
      cell(bound, ({ total, evidence, vacuous }) => `${formatRisk(total)} (${evidence}${vacuous ? ', vacuous' : ''})`),
      cell(bound, ({ terms }) => terms.map(({ name, value }) => `${name} ${formatRisk(value)}`).join(' + ')),
    ];
  });
  const studies = new Set(chosen.map(({ studyFolder }) => studyFolder));
  const findings = studies.size === 1 ? summarise(chosen.map(({ record }) => record))!.findings : [];
  return [
    table(
      columns.map(title => ({ title })),
      rows,
    ),
    ...(findings.length > 0 ? ['', ...findings.map(finding => `- ${finding}.`)] : []),
    ...(studies.size > 1 ? ['', 'The runs are of several studies: their data and labels may differ.'] : []),
  ].join('\n');
}

const cell = <T>(value: T | undefined, text: (value: T) => string): string => (value === undefined ? '–' : text(value));
