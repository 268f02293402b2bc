import { createHash } from 'node:crypto';
import type { Trial } from './study';

/** Hash of everything that decides a trial's numbers: two trials with the same hash have the same results. Names are left out. */
export function trialHash(trial: Trial): string {
  const { seed, data, encoder, objective, regulariser, fineTuning, bound } = trial;
  return createHash('sha256')
    .update(JSON.stringify(sorted({ seed, data, encoder, objective, regulariser, fineTuning, bound })))
    .digest('hex');
}

/** The same value with keys in alphabetical order and without undefined ones, so that equal values have equal JSON. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
