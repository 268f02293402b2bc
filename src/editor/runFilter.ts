import type { RunEntry } from '../reporting/runSummary';

/** Whether a run has every word of a filter in its study, arm, seed, state, regulariser or objective; an empty filter lets all through. */
export function passesFilter({ record: { trial, state } }: RunEntry, filter: string): boolean {
  const regularisers = 'kind' in trial.regulariser ? [trial.regulariser] : trial.regulariser;
  const said = [trial.study.name, trial.arm, `seed ${trial.seed}`, state, ...regularisers.map(({ kind }) => kind), trial.objective.kind];
  const text = said.join(' ').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}

/** What stands over a filtered list: as "radreg: 3 of 12 runs". */
export function filterMessage(filter: string, shown: number, total: number): string | undefined {
  if (filter.trim() === '') return undefined;
  return shown === 0 ? `No run matches “${filter}”.` : `“${filter}”: ${shown} of ${total} ${total === 1 ? 'run' : 'runs'}`;
}
