import path from 'node:path';
import { adoption } from './adopt';
import { replaceFile } from './files';
import type { RunRecord, RunState } from './record';
import type { RunFolder } from './runFolder';
import type { RunStore } from './store';

/** What a list shows of a run. */
export interface RunLine {
  readonly id: string;
  readonly study: string;
  readonly arm: string;
  readonly seed: number;
  readonly state: RunState;
  readonly createdAt: string;
  /** Share that is done, while it runs. */
  readonly fraction?: number;
  /** Test accuracy of the linear probe. */
  readonly probe?: number;
  /** What the first theorem bounds. */
  readonly bound?: number;
}

export interface ListedRun {
  readonly folder: RunFolder;
  readonly line: RunLine;
}

interface Entry {
  /** Changes whenever the record is replaced. */
  readonly stamp: string;
  readonly line: RunLine;
}

interface Index {
  readonly version: 1;
  readonly entries: Readonly<Record<string, Entry>>;
}

const indexFile = (store: RunStore): string => path.join(store.path, 'index.json');

/** What a list shows of a record. */
export function lineOf({ id, trial, state, createdAt, progress, results }: RunRecord): RunLine {
  const probe = results?.fineTuning.find(({ mode }) => mode === 'probe')?.testAccuracy;
  const bound = results?.reports[0]?.total;
  return {
    id,
    study: trial.study.name,
    arm: trial.arm,
    seed: trial.seed,
    state,
    createdAt,
    ...(state === 'running' && progress && { fraction: progress.fraction }),
    ...(probe !== undefined && { probe }),
    ...(bound !== undefined && { bound }),
  };
}

/**
 * The runs of a study folder in the order of their ids, settled as `adoptRuns` does. Thousands are listed quickly: `index.json` keeps the
 * lines of records that have not been replaced since. It only saves reading; without it, or when it is wrong in any way, records are read.
 */
export async function listRuns(store: RunStore, onBroken?: (fault: unknown) => void): Promise<ListedRun[]> {
  const names = await store.names();
  const stamps = await store.stamps(names);
  const known = await readIndex(store);
  const listed: ListedRun[] = [];
  const fresh: [name: string, entry: Entry][] = [];
  const reread: (readonly [name: string, stamp: string])[] = [];
  for (const [i, name] of names.entries()) {
    const stamp = stamps[i];
    if (stamp === undefined) continue;
    const entry = known[name];
    if (entry?.stamp === stamp && isSettled(entry.line)) listed.push({ folder: store.folder(name), line: entry.line });
    else reread.push([name, stamp]);
  }
  const settle = reread.length > 0 ? await adoption(store) : undefined;
  for (const [name, stamp] of reread) {
    const folder = store.folder(name);
    try {
      const read = await folder.read();
      const record = settle ? (await settle({ folder, record: read })).record : read;
      const line = lineOf(record);
      listed.push({ folder, line });
      if (record !== read || !isSettled(line)) continue;
      fresh.push([name, { stamp, line }]);
    } catch (error) {
      onBroken?.(error);
    }
  }
  if (fresh.length > 0) {
    const present = new Set(names);
    await writeIndex(store, Object.fromEntries([...Object.entries(known).filter(([name]) => present.has(name)), ...fresh]));
  }
  return reread.length > 0 ? listed.sort((a, b) => (a.folder.path < b.folder.path ? -1 : 1)) : listed;
}

/** A run that waits or runs may be told of by other files than its record. */
const isSettled = ({ state }: RunLine): boolean => state !== 'queued' && state !== 'running';

async function readIndex(store: RunStore): Promise<Readonly<Record<string, Entry>>> {
  try {
    const { version, entries } = JSON.parse(await store.files.read(indexFile(store))) as Partial<Index>;
    return version === 1 && typeof entries === 'object' ? entries : {};
  } catch {
    return {};
  }
}

/** A folder that cannot be written is listed without an index. */
async function writeIndex(store: RunStore, entries: Readonly<Record<string, Entry>>): Promise<void> {
  const index: Index = { version: 1, entries };
  await replaceFile(store.files, indexFile(store), JSON.stringify(index)).catch(() => undefined);
}
