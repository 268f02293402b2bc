import { readFile, readdir, stat } from 'node:fs/promises';
import * as path from 'node:path';
import type { RunRecord } from '../runs/record';
import { isActive, type RunEntry } from './runIndex';

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

/** Folders between the runs folder and a run: `<study>/<trial>`, with one more for studies that keep `runs/` apart. */
const DEEPEST = 3;

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

  constructor(
    private readonly roots: () => readonly RunsRoot[],
    private readonly warn: (line: string) => void,
  ) {}

  all(): readonly RunEntry[] {
    return [...this.seen.values()].map(({ entry }) => entry);
  }

  /** Looks for runs that came or went, and at all that are there. */
  async scan(): Promise<RunsChange> {
    const found: RunEntry[] = [];
    const folders = new Set<string>();
    let states = false;
    for (const root of this.roots()) {
      for (const folder of await runFolders(root.folder, DEEPEST)) {
        folders.add(folder);
        const change = await this.look(root, folder);
        if (change) found.push(change.entry);
        states ||= change?.states ?? false;
      }
    }
    const removed = [...this.seen.values()].map(({ entry }) => entry).filter(({ folder }) => !folders.has(folder));
    for (const { folder } of removed) this.seen.delete(folder);
    return { changed: found, removed, states: states || removed.length > 0 };
  }

  /** Looks again at the runs that are queued or running. */
  async poll(): Promise<RunsChange> {
    const changed: RunEntry[] = [];
    let states = false;
    const roots = this.roots();
    for (const entry of this.all().filter(isActive)) {
      const root = roots.find(({ folder }) => isBelow(entry.folder, folder));
      const change = root && (await this.look(root, entry.folder));
      if (change) changed.push(change.entry);
      states ||= change?.states ?? false;
    }
    return { changed, removed: [], states };
  }

  private async look(root: RunsRoot, folder: string): Promise<{ entry: RunEntry; states: boolean } | undefined> {
    const file = path.join(folder, 'run.json');
    try {
      const { mtimeMs, size, ino } = await stat(file);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      const before = this.seen.get(folder);
      if (before?.stamp === stamp) return undefined;
      const record = readRecord(await readFile(file, 'utf8'));
      const entry = { id: idOf(root, folder), folder, studyFolder: studyFolderOf(folder), record };
      this.seen.set(folder, { entry, stamp });
      return { entry, states: before?.entry.record.state !== record.state };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && !this.told.has(file)) {
        this.told.add(file);
        this.warn(`${file} cannot be read and is left out: ${error instanceof Error ? error.message : String(error)}`);
      }
      return undefined;
    }
  }
}

/** Every folder with a `run.json` at most `depth` folders below. A folder that cannot be listed has none. */
async function runFolders(folder: string, depth: number): Promise<readonly string[]> {
  const children = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (children.some(child => child.name === 'run.json' && child.isFile())) return [folder];
  if (depth === 0) return [];
  const below = children.filter(child => child.isDirectory()).sort((a, b) => a.name.localeCompare(b.name));
  return (await Promise.all(below.map(child => runFolders(path.join(folder, child.name), depth - 1)))).flat();
}

/** The record in a `run.json`. Throws for text that is no record of a version that is known. */
function readRecord(text: string): RunRecord {
  const value = JSON.parse(text) as Partial<RunRecord> | null;
  if (value?.version !== 1 || typeof value.state !== 'string' || typeof value.trial?.study.name !== 'string')
    throw new Error('it is not a run record of version 1');
  return value as RunRecord;
}

function idOf(root: RunsRoot, folder: string): string {
  const below = path.relative(root.folder, folder).split(path.sep).join('/');
  return root.name === '' ? below : `${root.name}: ${below}`;
}

/** `<study>/<trial>` or `<study>/runs/<trial>`: the folder that also keeps the study's report. */
function studyFolderOf(folder: string): string {
  const parent = path.dirname(folder);
  return path.basename(parent) === 'runs' && path.basename(path.dirname(parent)) !== '.boundlens' ? path.dirname(parent) : parent;
}

const isBelow = (folder: string, root: string): boolean => !path.relative(root, folder).startsWith('..');
