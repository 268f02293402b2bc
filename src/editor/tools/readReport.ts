import { UsageFault } from '../../common/fault';
import type { RunEntry } from '../../reporting/runSummary';
import { summaryText } from '../../reporting/summaryText';
import { summarise } from '../../runs/summary/studySummary';
import { publicRun } from '../publicModel';
import { byStudy, type StudyRuns } from '../runIndex';
import type { RunsView } from '../runService';
import { ToolInput } from './toolInput';

export const READ_REPORT = 'boundlens_read_report';

/**
 * The tool that reads what runs have shown: of one run everything as JSON, of a study its summary as text, and without either a list of what there is.
 * Throws a UsageFault that names what there is.
 */
export async function readReport(runs: Pick<RunsView, 'all' | 'read'>, given: unknown): Promise<string> {
  const entries = runs.all();
  const input = new ToolInput(READ_REPORT, given, ['study', 'run']);
  const [study, run] = [input.optionalText('study'), input.optionalText('run')];
  if (run !== undefined) {
    const [read] = await runs.read([runOf(entries, run)]);
    return JSON.stringify(publicRun(read ?? runOf(entries, run), () => read?.record));
  }
  const studies = byStudy(entries);
  if (study === undefined) return listing(studies);
  const found = studies.find(({ name }) => name === study);
  if (!found) throw new UsageFault(`There is no study "${study}"`, `ask for ${alternatives(studies.map(({ name }) => name))}`);
  const summary = summarise((await runs.read(found.entries)).map(({ record }) => record));
  return summary ? summaryText(summary) : `No run of ${study} has finished yet.\n${listing([found])}`;
}

/** The run of an id. Throws a UsageFault that names some that there are. */
export function runOf(entries: readonly RunEntry[], id: string): RunEntry {
  const found = entries.find(entry => entry.id === id);
  if (!found) throw new UsageFault(`There is no run "${id}"`, `ask for ${alternatives(entries.map(entry => entry.id))}`);
  return found;
}

function listing(studies: readonly StudyRuns[]): string {
  if (studies.length === 0) return 'This workspace has no runs yet: the user can start some with the command "BoundLens: Pre-train…".';
  return studies
    .flatMap(({ name, entries }) => [
      `study ${JSON.stringify(name)}`,
      ...entries.map(({ id, record: { trial, state } }) => `  run ${JSON.stringify(id)}: ${trial.arm}, seed ${trial.seed}, ${state}`),
    ])
    .join('\n');
}

const MOST_NAMED = 12;

const alternatives = (names: readonly string[]): string =>
  names.length === 0
    ? 'nothing: there are no runs yet'
    : `one of ${names
        .slice(0, MOST_NAMED)
        .map(name => JSON.stringify(name))
        .join(', ')}`;
