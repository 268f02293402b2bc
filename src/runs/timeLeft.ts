import type { RunGlance } from './glance';

/** A run is too young to be extrapolated before this share of it is done. */
const YOUNG = 0.02;

/**
 * Seconds until all runs are over with `jobs` at a time; undefined while nothing is known. A running run is taken at its trainer's word, whose
 * clock does not jump, else extrapolated from the clock; a waiting one takes as long as its arm did, else as others with the same objective. Runs without pre-training are too short to
 * tell how long others take, but not the other way round.
 *
 * @param now milliseconds since the epoch
 */
export function timeLeft(records: readonly RunGlance[], jobs: number, now: number): number | undefined {
  const durations = records.flatMap(record => {
    const seconds = duration(record, now);
    return seconds === undefined ? [] : [{ record, seconds }];
  });
  const expected = (record: RunGlance) =>
    mean(durations.filter(other => other.record.trial.arm === record.trial.arm)) ??
    mean(durations.filter(other => other.record.trial.objective.kind === record.trial.objective.kind)) ??
    (record.trial.objective.kind === 'none' ? mean(durations) : undefined);
  const remaining: number[] = [];
  for (const record of records) {
    if (record.state !== 'queued' && record.state !== 'running') continue;
    const total = duration(record, now) ?? expected(record);
    if (total === undefined) return undefined;
    const told = record.state === 'running' ? record.progress?.secondsLeft : undefined;
    remaining.push(told ?? Math.max(0, total - (record.state === 'running' ? elapsed(record, now) : 0)));
  }
  if (remaining.length === 0) return 0;
  return Math.max(remaining.reduce((sum, seconds) => sum + seconds, 0) / jobs, ...remaining);
}

/** Share of all work that is done, in [0, 1]; every run counts the same. */
export function shareDone(records: readonly RunGlance[]): number {
  if (records.length === 0) return 1;
  const done = records.map(({ state, pausedAfter, progress }) => {
    const isOnItsWay = state === 'running' || (state === 'queued' && pausedAfter !== undefined);
    return isOnItsWay ? (progress?.fraction ?? 0) : state === 'queued' ? 0 : 1;
  });
  return done.reduce((sum, share) => sum + share, 0) / records.length;
}

/** How long a run takes as a whole, in seconds: known when it is finished, extrapolated when it runs. Clocks that jumped back say nothing. */
function duration({ results, ...record }: RunGlance, now: number): number | undefined {
  if (record.state === 'finished') {
    if (results) return results.seconds;
    const seconds = (Date.parse(record.endedAt ?? '') - Date.parse(record.startedAt ?? '')) / 1000;
    return seconds >= 0 ? seconds : undefined;
  }
  const { fraction = 0, secondsLeft } = record.progress ?? {};
  if (record.state !== 'running' || fraction <= YOUNG) return undefined;
  if (secondsLeft !== undefined && fraction < 1) return secondsLeft / (1 - fraction);
  return elapsed(record, now) > 0 ? elapsed(record, now) / fraction : undefined;
}

const elapsed = ({ startedAt }: Pick<RunGlance, 'startedAt'>, now: number) =>
  startedAt ? Math.max(0, (now - Date.parse(startedAt)) / 1000) : 0;

function mean(durations: readonly { readonly seconds: number }[]): number | undefined {
  return durations.length === 0 ? undefined : durations.reduce((sum, { seconds }) => sum + seconds, 0) / durations.length;
}
