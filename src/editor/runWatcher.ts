import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { sentenceOf } from '../common/fault';
import { inBatches } from '../common/inBatches';
import { adoption, isOver } from '../runs/adopt';
import { glanceOf, type RunGlance } from '../runs/glance';
import type { RunRecord } from '../runs/record';
import { recordOf } from '../runs/recordText';
import { BrokenRecord, RunFolder } from '../runs/runFolder';
import { READ_AT_ONCE, readIndex, writeIndex, type IndexEntry } from '../runs/runIndex';
import { findStores, type RunStore } from '../runs/store';
import type { ReadRun, RunEntry } from '../reporting/runSummary';
import { isActive } from './runIndex';

/** A folder that keeps runs; `name` tells several workspace folders apart. */
export interface RunsRoot {
  readonly folder: string;
  /** Empty when there is only one. */
  readonly name: string;
}

/** What a look at the disk found new. */
export interface RunsChange {
  readonly changed: readonly RunEntry[];
  readonly removed: readonly RunEntry[];
  /** A run appeared, vanished or entered another state: more than progress. */
  readonly states: boolean;
}

export interface RunWatcherOptions {
  readonly roots: () => readonly RunsRoot[];
  /** Whether runs whose trainer is gone may be settled on disk as interrupted; false while a workspace is not trusted. */
  readonly mayWrite: () => boolean;
  readonly warn: (line: string) => void;
}

/** A folder whose record is none, with the sentence that says so. */
export interface DamagedRun {
  readonly folder: string;
  readonly studyFolder: string;
  readonly sentence: string;
}

interface Seen {
  readonly entry: RunEntry;
  readonly stamp: string;
}

/** A folder with a record, and what tells whether it was replaced. */
interface Found {
  readonly folder: RunFolder;
  readonly stamp: string;
}

/**
 * Knows the runs below some folders by looking at the disk: `scan` finds them all, `poll` looks again at those that can still change. What lists need is
 * taken from the index of a study as far as it goes; whole records are read when somebody asks for them.
 * Depends on no file watcher, so it works on every file system. A record that cannot be read at the moment keeps its last good state.
 */
export class RunWatcher {
  private readonly seen = new Map<string, Seen>();
  private readonly broken = new Map<string, DamagedRun>();
  private readonly told = new Set<string>();
  /** Whole records, for as long as they have not been replaced. */
  private readonly records = new WeakMap<RunEntry, RunRecord>();

  constructor(private readonly options: RunWatcherOptions) {}

  all(): readonly RunEntry[] {
    return [...this.seen.values()].map(({ entry }) => entry);
  }

  /** The runs whose records were damaged when a scan came by. */
  damaged(): readonly DamagedRun[] {
    return [...this.broken.values()];
  }

  /** The runs with their whole records; those that cannot be read are left out. */
  async read(entries: readonly RunEntry[]): Promise<readonly ReadRun[]> {
    const read = await inBatches(entries, READ_AT_ONCE, async entry => {
      const record = this.records.get(entry) ?? (await new RunFolder(entry.folder).read().catch(this.tell));
      if (record) this.records.set(entry, record);
      return record ? [{ ...entry, record }] : [];
    });
    return read.flat();
  }

  /** The whole record of one run at once; undefined when it cannot be read. */
  readNow(entry: RunEntry): RunRecord | undefined {
    const known = this.records.get(entry);
    if (known) return known;
    try {
      const record = recordOf(readFileSync(new RunFolder(entry.folder).recordFile, 'utf8'));
      if (typeof record !== 'object') return undefined;
      this.records.set(entry, record);
      return record;
    } catch {
      return undefined;
    }
  }

  /** Looks for runs that came or went, and settles those that were left behind. */
  async scan(): Promise<RunsChange> {
    const before = new Map(this.seen);
    const damagedBefore = this.broken.size;
    this.broken.clear();
    const changed: RunEntry[] = [];
    for (const root of this.options.roots())
      for (const store of (await findStores(root.folder).catch(this.tell)) ?? [])
        changed.push(...(await this.scanStore(root, store, before)));
    const removed = [...before.values()].map(({ entry }) => entry);
    for (const { folder } of removed) this.seen.delete(folder);
    // Counting a new stamp as a new state is right for the few runs that a scan finds changed.
    return { changed, removed, states: changed.length + removed.length > 0 || this.broken.size !== damagedBefore };
  }

  /** Looks at the runs of one study; takes those that are there out of `before` and returns those that are new or further on. */
  private async scanStore(root: RunsRoot, store: RunStore, before: Map<string, Seen>): Promise<RunEntry[]> {
    const found = await this.foldersOf(store);
    const isNew = ({ folder }: Found) => !before.has(folder.path);
    const index = found.some(isNew) ? await readIndex(store) : new Map<string, IndexEntry>();
    const changed: RunEntry[] = [];
    const unread: Found[] = [];
    for (const one of found) {
      const { folder, stamp } = one;
      const known = before.get(folder.path);
      const indexed = known ? undefined : index.get(path.basename(folder.path));
      if (known?.stamp === stamp && !isActive(known.entry)) before.delete(folder.path);
      else if (indexed?.stamp === stamp && isOver(indexed.glance))
        changed.push(this.remember(root, folder.path, indexed.glance, stamp).entry);
      else unread.push(one);
    }
    await inBatches(unread, READ_AT_ONCE, async ({ folder }) => {
      const known = before.get(folder.path);
      // Looked at before the record is read: what is written meanwhile is found by the next look.
      const stamps = await stampsOf(folder);
      const record = await this.settled(store, folder);
      if (!record) return;
      before.delete(folder.path);
      const stamp = isOver(record) ? stamps.own : stamps.both;
      if (known?.stamp !== stamp || known.entry.record.state !== record.state)
        changed.push(this.remember(root, folder.path, record, stamp, known !== undefined).entry);
    });
    if (unread.some(isNew) && this.options.mayWrite()) await this.keepIndex(store, found, index);
    return changed;
  }

  /** Writes down what is known of ended runs, so that the next window need not read their records; nothing where that is no more than before. */
  private async keepIndex(store: RunStore, found: readonly Found[], index: ReadonlyMap<string, IndexEntry>): Promise<void> {
    const ended = found.flatMap(({ folder }) => {
      const seen = this.seen.get(folder.path);
      return seen && !isActive(seen.entry) ? [[path.basename(folder.path), { stamp: seen.stamp, glance: seen.entry.record }] as const] : [];
    });
    if (ended.some(([name, { stamp }]) => index.get(name)?.stamp !== stamp)) await writeIndex(store, Object.fromEntries(ended));
  }

  /** Looks again at the runs that are queued or running: reads those whose record was replaced. */
  async poll(): Promise<RunsChange> {
    const changed: RunEntry[] = [];
    let states = false;
    for (const { entry, stamp } of [...this.seen.values()].filter(seen => isActive(seen.entry))) {
      const folder = new RunFolder(entry.folder);
      const stamps = await stampsOf(folder);
      if (stamps.both === stamp) continue;
      const record = stamps.own === '' ? undefined : await folder.read().catch(this.tell);
      const root = this.options.roots().find(candidate => isBelow(entry.folder, candidate.folder));
      if (!record || !root) continue;
      changed.push(this.remember(root, entry.folder, record, isOver(record) ? stamps.own : stamps.both, true).entry);
      states ||= record.state !== entry.record.state;
    }
    return { changed, removed: [], states };
  }

  /** @param keeps whether somebody is likely to ask for the whole record, which `record` then is */
  private remember(root: RunsRoot, folder: string, record: RunGlance, stamp: string): Seen;
  private remember(root: RunsRoot, folder: string, record: RunRecord, stamp: string, keeps: boolean): Seen;
  private remember(root: RunsRoot, folder: string, record: RunGlance | RunRecord, stamp: string, keeps = false): Seen {
    const glance = 'version' in record ? glanceOf(record) : record;
    const entry = { id: idOf(root, folder), folder, studyFolder: path.dirname(folder), record: glance };
    if (keeps && 'version' in record) this.records.set(entry, record);
    const seen = { entry, stamp };
    this.seen.set(folder, seen);
    return seen;
  }

  /** The folders of a study that hold a record. */
  private async foldersOf(store: RunStore): Promise<readonly Found[]> {
    const names = await store.names().catch(this.tell);
    const stamps = await store.stamps(names ?? []);
    return (names ?? []).flatMap((name, i) => (stamps[i] === undefined ? [] : [{ folder: store.folder(name), stamp: stamps[i] }]));
  }

  /** The record of a run, settled where it was left behind and may be written; undefined while it cannot be read. */
  private async settled(store: RunStore, folder: RunFolder): Promise<RunRecord | undefined> {
    const record = await folder.read().catch((error: unknown) => {
      if (error instanceof BrokenRecord)
        this.broken.set(folder.path, { folder: folder.path, studyFolder: store.path, sentence: error.message });
      this.tell(error);
      return undefined;
    });
    if (!record || isOver(record) || !this.options.mayWrite()) return record;
    const settle = await adoption(store);
    return (await settle({ folder, record }).catch(this.tell))?.record ?? record;
  }

  private readonly tell = (error: unknown): undefined => {
    const sentence = sentenceOf(error);
    if (!this.told.has(sentence)) this.options.warn(sentence);
    this.told.add(sentence);
  };
}

/** What changes whenever the record is replaced, and whenever that or what a cluster tells of it is; empty where there is no record. */
async function stampsOf(folder: RunFolder): Promise<{ readonly own: string; readonly both: string }> {
  const [own = '', live] = await folder.files.stamps([folder.recordFile, folder.liveFile]);
  return { own, both: live === undefined ? own : `${own} ${live}` };
}

function idOf(root: RunsRoot, folder: string): string {
  const begin = path.join(root.folder, path.sep);
  const below = (folder.startsWith(begin) ? folder.slice(begin.length) : path.relative(root.folder, folder)).split(path.sep).join('/');
  return root.name === '' ? below : `${root.name}: ${below}`;
}

const isBelow = (folder: string, root: string): boolean => !path.relative(root, folder).startsWith('..');
