import * as path from 'node:path';
import type { RunState } from '../runs/record';
import type { RunEntry } from '../reporting/runSummary';

/** A definition in a file. */
export interface DefinitionPlace {
  /** Absolute path. */
  readonly file: string;
  readonly name: string;
}

const ACTIVE: ReadonlySet<RunState> = new Set(['queued', 'running']);

/** Whether a run still has something to do. */
export const isActive = ({ record }: RunEntry): boolean => ACTIVE.has(record.state);

/** Whether a run belongs to a definition. */
export function belongsTo({ record }: RunEntry, place: DefinitionPlace): boolean {
  const definition = record.trial.definition;
  return definition !== undefined && definition.name === place.name && samePath(definition.file, place.file);
}

/**
 * The run whose numbers stand over a definition: the one that ended last among those that pre-trained; one from scratch only when there is no other.
 * Never the one with the best numbers: choosing after looking would void the certificate.
 */
export function latestFinished(entries: readonly RunEntry[], place: DefinitionPlace): RunEntry | undefined {
  const finished = entries.filter(entry => entry.record.state === 'finished' && entry.record.results && belongsTo(entry, place));
  const pretrained = finished.filter(({ record }) => record.trial.objective.kind !== 'none');
  const candidates = pretrained.length > 0 ? pretrained : finished;
  return candidates.reduce<RunEntry | undefined>((last, entry) => (last && endOf(last) >= endOf(entry) ? last : entry), undefined);
}

/** A study with its runs, as the tree and the panel group them. */
export interface StudyRuns {
  readonly name: string;
  readonly folder: string;
  readonly entries: readonly RunEntry[];
}

/** Runs by the folder of their study: studies that were started last first, runs in the order in which they were created. */
export function byStudy(entries: readonly RunEntry[]): readonly StudyRuns[] {
  const groups = new Map<string, RunEntry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.studyFolder) ?? [];
    groups.set(entry.studyFolder, group);
    group.push(entry);
  }
  const newest = (runs: StudyRuns) =>
    runs.entries.reduce((latest, { record }) => (record.createdAt > latest ? record.createdAt : latest), '');
  return [...groups]
    .map(([folder, group]) => ({ name: group[0]!.record.trial.study.name, folder, entries: group.sort(byCreation) }))
    .sort((a, b) => newest(b).localeCompare(newest(a)) || a.name.localeCompare(b.name));
}

const endOf = ({ record }: RunEntry): string => record.endedAt ?? record.createdAt;
const byCreation = (a: RunEntry, b: RunEntry): number =>
  a.record.createdAt === b.record.createdAt ? NUMERIC.compare(a.id, b.id) : a.record.createdAt < b.record.createdAt ? -1 : 1;

const NUMERIC = new Intl.Collator(undefined, { numeric: true });

/** Windows writes one path in several cases. */
function samePath(a: string, b: string): boolean {
  const [left, right] = [path.normalize(a), path.normalize(b)];
  return process.platform === 'win32' ? left.toLowerCase() === right.toLowerCase() : left === right;
}
