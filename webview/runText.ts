import { formatCount, formatDuration } from '../src/common/format';
import type { RunSummary } from '../src/reporting/panelMessages';

/** A run's name on the page: its arm, and the seed where the arm has several. */
export function runLabel(run: RunSummary, runs: readonly RunSummary[]): string {
  const alone = runs.filter(other => other.arm === run.arm).length === 1;
  return alone ? run.arm : `${run.arm}, seed ${run.seed}`;
}

/** As "12 runs: 1 running, 2 queued, 9 finished". */
export function countRuns(runs: readonly RunSummary[]): string {
  if (runs.length === 0) return 'no runs yet';
  const states = (['running', 'queued', 'finished', 'stopped', 'failed', 'interrupted'] as const)
    .map(state => [state, runs.filter(run => run.state === state).length] as const)
    .filter(([, count]) => count > 0);
  const total = `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`;
  return `${total}: ${states.map(([state, count]) => `${count} ${state}`).join(', ')}`;
}

/** As "radreg 0.01: pre-training, step 420 of 600, 9 s left". */
export function progressText({ progress, engine }: RunSummary, label: string): string {
  if (!progress) return `${label}: starting`;
  const { phase, step, steps, secondsLeft } = progress;
  const left = secondsLeft === undefined ? '' : `, ${formatDuration(secondsLeft)} left`;
  return `${label}: ${phase}, step ${formatCount(step)} of ${formatCount(steps)}${left}${engine ? ` · ${engine}` : ''}`;
}
