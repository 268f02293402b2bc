import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import { sentenceOf } from '../common/fault';
import { adoptRuns } from '../runs/adopt';
import type { RunRecord } from '../runs/record';
import { RunFolder } from '../runs/runFolder';
import { findStores, type RunStore, type StoredRun } from '../runs/store';
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
      for (const { folder, record } of await this.runsBelow(root.folder)) {
        const known = before.get(folder.path);
        before.delete(folder.path);
        const stamp = await stampOf(folder);
        if (known?.stamp === stamp) continue;
        changed.push(this.remember(root, folder.path, record, stamp).entry);
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

  private async runsBelow(root: string): Promise<readonly StoredRun[]> {
    const stores = await findStores(root).catch(this.tell);
    return (await Promise.all((stores ?? []).map(store => this.runsOf(store)))).flat();
  }

  private async runsOf(store: RunStore): Promise<readonly StoredRun[]> {
    if (!this.options.mayWrite()) return store.list(this.tell).catch(() => []);
    return adoptRuns(store, this.tell).catch((error: unknown) => {
      this.tell(error);
      return store.list().catch(() => []);
    });
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
