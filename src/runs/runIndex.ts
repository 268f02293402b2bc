import path from 'node:path';
import { inBatches } from '../common/inBatches';
import { adoption, isOver } from './adopt';
import { fitsChecksum, withChecksum } from './checksum';
import { replaceFile } from './files';
import { glanceOf, type RunGlance } from './glance';
import type { RunStore } from './store';

export interface ListedRun {
  /** The name of its folder. */
  readonly name: string;
  readonly glance: RunGlance;
}

/** What an index keeps of a run. */
export interface IndexEntry {
  /** Changes whenever the record is replaced. */
  readonly stamp: string;
  readonly glance: RunGlance;
}

/** What is written: the trials of an arm differ in their seeds alone, so that they share the rest; a glance then has the place of its trial. */
interface Index {
  readonly version: 3;
  readonly trials: readonly Omit<RunGlance['trial'], 'seed'>[];
  readonly runs: readonly (readonly [
    name: string,
    stamp: string,
    seed: number,
    glance: Omit<RunGlance, 'trial'> & { readonly trial: number },
  ])[];
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
  const index = await readIndex(store);
  const known = names.map((name, at) => {
    const entry = index.get(name);
    return entry !== undefined && entry.stamp === stamps[at] ? entry : undefined;
  });
  const glances = known.map(entry => entry?.glance);
  const unknown = [...names.keys()].filter(at => stamps[at] !== undefined && !known[at]);
  if (unknown.length > 0) {
    const settle = await adoption(store);
    const look = async (at: number): Promise<boolean> => {
      const folder = store.folder(names[at]!);
      try {
        const read = await folder.read();
        const { record } = await settle({ folder, record: read });
        const glance = (glances[at] = glanceOf(record));
        if (record !== read || !isOver(record)) return false;
        known[at] = { stamp: stamps[at]!, glance };
        return true;
      } catch (error) {
        onBroken?.(error);
        return false;
      }
    };
    const ended = await inBatches(unknown, READ_AT_ONCE, look);
    if (ended.includes(true))
      await writeIndex(store, Object.fromEntries(known.flatMap((entry, at) => (entry ? [[names[at]!, entry] as const] : []))));
  }
  return glances.flatMap((glance, at) => (glance ? [{ name: names[at]!, glance }] : []));
}

/** What the index of a study folder says of runs that have ended, by the names of their folders; nothing where it is missing or damaged. */
export async function readIndex(store: RunStore): Promise<ReadonlyMap<string, IndexEntry>> {
  try {
    const text = await store.files.read(indexFile(store));
    const { version, trials, runs } = (fitsChecksum(text) ? JSON.parse(text) : {}) as Partial<Index>;
    if (version !== 3 || !trials || !runs) return new Map();
    const whole = new Map<string, IndexEntry>();
    for (const [name, stamp, seed, glance] of runs)
      whole.set(name, { stamp, glance: { ...glance, trial: { ...trials[glance.trial]!, seed } } });
    return whole;
  } catch {
    return new Map();
  }
}

/** Replaces the index of a study folder. One that cannot be written stays without. */
export async function writeIndex(store: RunStore, entries: Readonly<Record<string, IndexEntry>>): Promise<void> {
  const places = new Map<string, number>();
  const trials: Index['trials'][number][] = [];
  const runs = Object.entries(entries).map(([name, { stamp, glance }]) => {
    const { seed, ...shared } = glance.trial;
    const key = JSON.stringify(shared);
    const place = places.get(key) ?? trials.push(shared) - 1;
    places.set(key, place);
    return [name, stamp, seed, { ...glance, trial: place }] as const;
  });
  const index: Index = { version: 3, trials, runs };
  await replaceFile(store.files, indexFile(store), withChecksum(JSON.stringify(index))).catch(() => undefined);
}
