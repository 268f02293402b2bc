import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import { sentenceOf } from '../common/fault';
import { adoption, isOver } from '../runs/adopt';
import type { RunRecord } from '../runs/record';
import { RunFolder } from '../runs/runFolder';
import { findStores, type RunStore } from '../runs/store';
import type { RunEntry } from '../reporting/runSummary';
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

/** Records that are read at the same time. */
const AT_ONCE = 64;

interface Seen {
  readonly entry: RunEntry;
  readonly stamp: string;
}

/**
 * Knows the runs below some folders by looking at the disk: `scan` finds them all, `poll` looks again at those that can still change.
 * Depends on no file watcher, so it works on every file system. A record that cannot be read at the moment keeps its last good state.
 */
export class RunWatcher {
  private readonly seen = new Map<string, Seen>();
  private readonly told = new Set<string>();

  constructor(private readonly options: RunWatcherOptions) {}

  all(): readonly RunEntry[] {
    return [...this.seen.values()].map(({ entry }) => entry);
  }

  /** Looks for runs that came or went, and settles those that were left behind. */
  async scan(): Promise<RunsChange> {
    const before = new Map(this.seen);
    const changed: RunEntry[] = [];
    for (const root of this.options.roots()) {
      for (const store of (await findStores(root.folder).catch(this.tell)) ?? []) {
        const look = async ({ folder, stamp }: { readonly folder: RunFolder; readonly stamp: string }): Promise<void> => {
          const known = before.get(folder.path);
          const isSame = known?.stamp === stamp && !isActive(known.entry);
          const record = isSame ? known.entry.record : await this.settled(store, folder);
          if (!record) return;
          before.delete(folder.path);
          const now = isSame ? stamp : await stampOf(folder);
          if (known?.stamp !== now) changed.push(this.remember(root, folder.path, record, now).entry);
        };
        const folders = await this.foldersOf(store);
        for (let i = 0; i < folders.length; i += AT_ONCE) await Promise.all(folders.slice(i, i + AT_ONCE).map(look));
      }
    }
    const removed = [...before.values()].map(({ entry }) => entry);
    for (const { folder } of removed) this.seen.delete(folder);
    // Counting a new stamp as a new state is right for the few runs that a scan finds changed.
    return { changed, removed, states: changed.length > 0 || removed.length > 0 };
  }

  /** Looks again at the runs that are queued or running: reads those whose record was replaced. */
  async poll(): Promise<RunsChange> {
    const changed: RunEntry[] = [];
    let states = false;
    for (const { entry, stamp } of [...this.seen.values()].filter(seen => isActive(seen.entry))) {
      const folder = new RunFolder(entry.folder);
      const now = await stampOf(folder);
      if (now === stamp) continue;
      const record = now === '' ? undefined : await folder.read().catch(this.tell);
      const root = this.options.roots().find(candidate => isBelow(entry.folder, candidate.folder));
      if (!record || !root) continue;
      changed.push(this.remember(root, entry.folder, record, now).entry);
      states ||= record.state !== entry.record.state;
    }
    return { changed, removed: [], states };
  }

  private remember(root: RunsRoot, folder: string, record: RunRecord, stamp: string): Seen {
    const seen = { entry: { id: idOf(root, folder), folder, studyFolder: path.dirname(folder), record }, stamp };
    this.seen.set(folder, seen);
    return seen;
  }

  /** The folders of a study that hold a record. */
  private async foldersOf(store: RunStore): Promise<readonly { readonly folder: RunFolder; readonly stamp: string }[]> {
    const names = await store.names().catch(this.tell);
    const stamps = await store.stamps(names ?? []);
    return (names ?? []).flatMap((name, i) => (stamps[i] === undefined ? [] : [{ folder: store.folder(name), stamp: stamps[i] }]));
  }

  /** The record of a run, settled where it was left behind and may be written; undefined while it cannot be read. */
  private async settled(store: RunStore, folder: RunFolder): Promise<RunRecord | undefined> {
    const record = await folder.read().catch(this.tell);
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

/** Changes whenever the record is replaced; empty when there is none. */
async function stampOf(folder: RunFolder): Promise<string> {
  const found = await stat(folder.recordFile).catch(() => undefined);
  return found ? `${found.ino} ${found.mtimeMs} ${found.size}` : '';
}

function idOf(root: RunsRoot, folder: string): string {
  const below = path.relative(root.folder, folder).split(path.sep).join('/');
  return root.name === '' ? below : `${root.name}: ${below}`;
}

const isBelow = (folder: string, root: string): boolean => !path.relative(root, folder).startsWith('..');
