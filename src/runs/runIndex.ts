import path from 'node:path';
import { inBatches } from '../common/inBatches';
import { adoption, isOver } from './adopt';
import { withChecksum, withoutChecksum } from './checksum';
import { replaceFile } from './files';
import { glanceOf, type RunGlance } from './glance';
import type { RunFolder } from './runFolder';
import type { RunStore } from './store';

export interface ListedRun {
  readonly folder: RunFolder;
  readonly glance: RunGlance;
}

/** What an index keeps of a run. */
export interface IndexEntry {
  /** Changes whenever the record is replaced. */
  readonly stamp: string;
  readonly glance: RunGlance;
}

/** What is written: the trials of an arm differ in their seeds alone, so that they share the rest. */
interface Index {
  readonly version: 2;
  readonly trials: readonly Omit<RunGlance['trial'], 'seed'>[];
  readonly entries: Readonly<Record<string, readonly [stamp: string, trial: number, seed: number, glance: Omit<RunGlance, 'trial'>]>>;
}

/** Records that are read at the same time. */
export const READ_AT_ONCE = 64;

const indexFile = (store: RunStore): string => path.join(store.path, 'index.json');

/**
 * The runs of a study folder in the order of their ids, settled as `adoptRuns` does. Thousands are listed quickly: `index.json` keeps the
 * glances of records that have not been replaced since. It only saves reading; without it, or when it is wrong in any way, records are read.
 */
export async function listRuns(store: RunStore, onBroken?: (fault: unknown) => void): Promise<ListedRun[]> {
  const names = await store.names();
  const stamps = await store.stamps(names);
  const known = await readIndex(store);
  const isKnown = (name: string, at: number) => stamps[at] !== undefined && known.get(name)?.stamp === stamps[at];
  const unknown = [...names.entries()].filter(([at, name]) => stamps[at] !== undefined && !isKnown(name, at));
  const entries = Object.fromEntries(names.flatMap((name, at) => (isKnown(name, at) ? [[name, known.get(name)!]] : [])));
  const glances = new Map(Object.entries(entries).map(([name, { glance }]) => [name, glance]));
  if (unknown.length > 0) {
    const settle = await adoption(store);
    const look = async ([at, name]: (typeof unknown)[number]): Promise<void> => {
      const folder = store.folder(name);
      try {
        const read = await folder.read();
        const { record } = await settle({ folder, record: read });
        const glance = glanceOf(record);
        glances.set(name, glance);
        if (record === read && isOver(record)) entries[name] = { stamp: stamps[at]!, glance };
      } catch (error) {
        onBroken?.(error);
      }
    };
    const before = Object.keys(entries).length;
    await inBatches(unknown, READ_AT_ONCE, look);
    if (Object.keys(entries).length > before) await writeIndex(store, entries);
  }
  return names.flatMap(name => {
    const glance = glances.get(name);
    return glance ? [{ folder: store.folder(name), glance }] : [];
  });
}

/** What the index of a study folder says of runs that have ended, by the names of their folders; nothing where it is missing or damaged. */
export async function readIndex(store: RunStore): Promise<ReadonlyMap<string, IndexEntry>> {
  try {
    const { version, trials, entries } = JSON.parse(withoutChecksum(await store.files.read(indexFile(store))) ?? '{}') as Partial<Index>;
    if (version !== 2 || !trials || !entries) return new Map();
    const whole = Object.entries(entries).map(([name, [stamp, trial, seed, glance]]) => {
      const entry: IndexEntry = { stamp, glance: { ...glance, trial: { ...trials[trial]!, seed } } };
      return [name, entry] as const;
    });
    return new Map(whole);
  } catch {
    return new Map();
  }
}

/** Replaces the index of a study folder. One that cannot be written stays without. */
export async function writeIndex(store: RunStore, entries: Readonly<Record<string, IndexEntry>>): Promise<void> {
  const places = new Map<string, number>();
  const trials: Index['trials'][number][] = [];
  const short = Object.entries(entries).map(([name, { stamp, glance }]) => {
    const { trial, ...others } = glance;
    const { seed, ...shared } = trial;
    const key = JSON.stringify(shared);
    const place = places.get(key) ?? trials.push(shared) - 1;
    places.set(key, place);
    return [name, [stamp, place, seed, others]] as const;
  });
  const index: Index = { version: 2, trials, entries: Object.fromEntries(short) };
  await replaceFile(store.files, indexFile(store), withChecksum(JSON.stringify(index))).catch(() => undefined);
}
