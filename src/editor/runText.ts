import { formatDuration, formatRisk } from '../common/format';
import { t, translated } from '../common/translation';
import { shareDone, timeLeft } from '../runs/timeLeft';
import { ageText } from './ageText';
import { headCertificate } from './lensText';
import type { RunEntry } from '../reporting/runSummary';
import { isActive, type StudyRuns } from './runIndex';

/** What stands behind a run's name in the tree: its progress while it runs, else what came of it. */
export function runDescription({ record }: RunEntry, now: Date): string {
  const ended = record.endedAt === undefined ? '' : ` · ${ageText(record.endedAt, now)}`;
  switch (record.state) {
    case 'queued':
      return t('queued');
    case 'running': {
      const { progress } = record;
      if (!progress) return t('starting');
      const left = progress.secondsLeft === undefined ? '' : ` · ${t('{0} left', formatDuration(progress.secondsLeft))}`;
      return `${translated(progress.phase)} ${percent(progress.fraction)}${left}`;
    }
    case 'finished': {
      const certificate = record.results && headCertificate(record.results);
      if (!certificate) return `${t('finished')}${ended}`;
      return `${t('{0} error ≤ {1}', translated(certificate.evidence), formatRisk(certificate.total))}${certificate.vacuous ? ` (${t('vacuous')})` : ''}${ended}`;
    }
    case 'stopped':
    case 'interrupted':
      return `${translated(record.state)}${record.progress ? ` ${t('at {0}', percent(record.progress.fraction))}` : ''}${ended}`;
    case 'failed':
      return `${t('failed')}${ended}`;
  }
}

/** The name of a run within its study: its arm and seed. */
export const runLabel = ({ record }: RunEntry): string => `${record.trial.arm} · ${t('seed {0}', record.trial.seed)}`;

/** What stands behind a study's name in the tree. */
export function studyDescription(study: StudyRuns, now: Date): string {
  const { done, total, secondsLeft } = overallProgress(study.entries, now);
  if (!study.entries.some(isActive)) return total === 1 ? t('1 run') : t('{0} runs', total);
  return t('{0} of {1}', done, total) + leftText(secondsLeft);
}

/** The status bar while runs are active: runs done of all in the active studies, and the time left. */
export function statusText(studies: readonly StudyRuns[], now: Date): string | undefined {
  const active = studies.filter(({ entries }) => entries.some(isActive));
  if (active.length === 0) return undefined;
  const { done, total, secondsLeft } = overallProgress(
    active.flatMap(({ entries }) => entries),
    now,
  );
  return `BoundLens ${done}/${total}${leftText(secondsLeft)}`;
}

/** How far a group of runs is; the time left supposes that as many run at a time as run now, and is absent until there is something to go by. */
export function overallProgress(
  entries: readonly RunEntry[],
  now: Date,
): {
  readonly done: number;
  readonly total: number;
  /** In [0, 1], progress within runs included. */ readonly fraction: number;
  readonly secondsLeft?: number;
} {
  const records = entries.map(({ record }) => record);
  const jobs = Math.max(1, records.filter(({ state }) => state === 'running').length);
  const done = entries.filter(entry => !isActive(entry)).length;
  return { done, total: entries.length, fraction: shareDone(records), secondsLeft: timeLeft(records, jobs, now.getTime()) };
}

const leftText = (secondsLeft: number | undefined): string =>
  secondsLeft === undefined ? '' : ` · ${t('{0} left', formatDuration(secondsLeft))}`;

const percent = (fraction: number): string => `${Math.floor(100 * fraction)} %`;
