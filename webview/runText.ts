import { formatCount, formatDuration } from '../src/common/format';
import { t, translated } from '../src/common/translation';
import type { RunSummary } from '../src/reporting/panelMessages';

/** A run's name on the page: its arm, and the seed where the arm has several. */
export function runLabel(run: RunSummary, runs: readonly RunSummary[]): string {
  const alone = runs.filter(other => other.arm === run.arm).length === 1;
  return alone ? run.arm : `${run.arm}, ${t('seed {0}', run.seed)}`;
}

/** As "12 runs: 1 running, 2 queued, 9 finished". */
export function countRuns(runs: readonly RunSummary[]): string {
  if (runs.length === 0) return t('no runs yet');
  const states = (['running', 'queued', 'finished', 'stopped', 'failed', 'interrupted'] as const)
    .map(state => [state, runs.filter(run => run.state === state).length] as const)
    .filter(([, count]) => count > 0);
  const total = runs.length === 1 ? t('1 run') : t('{0} runs', runs.length);
  return `${total}: ${states.map(([state, count]) => `${count} ${translated(state)}`).join(', ')}`;
}

/** As "radreg 0.01: pre-training, step 420 of 600, 9 s left". */
export function progressText({ progress, engine }: RunSummary, label: string): string {
  if (!progress) return `${label}: ${t('starting')}`;
  const { phase, step, steps, secondsLeft } = progress;
  const left = secondsLeft === undefined ? '' : `, ${t('{0} left', formatDuration(secondsLeft))}`;
  return `${t('{0}: {1}, step {2} of {3}', label, translated(phase), formatCount(step), formatCount(steps))}${left}${engine ? ` · ${engine}` : ''}`;
}
