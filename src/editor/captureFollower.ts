import { open, readdir, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { withLine, type CaptureRecord } from '../reporting/captureRecord';

/** Below a workspace folder: where experiments of the multi-view laboratory are looked for, one folder each. */
export const CAPTURE_FOLDER = path.join('.boundlens', 'multiview');

const FRAMES_FILE = 'frames.jsonl';
const LARGEST_READ = 8 << 20;
const EMPTY: CaptureRecord = { name: '', frames: [], findings: [], ended: false };

/** Follows the newest experiment of the multi-view laboratory as its file grows. */
export class CaptureFollower {
  private file: string | undefined;
  private offset = 0;
  private known = EMPTY;

  /** @param folders folders with one folder an experiment */
  constructor(private readonly folders: () => readonly string[]) {}

  /** All of the experiment that was read so far; undefined where there is none. */
  get record(): CaptureRecord | undefined {
    return this.file === undefined ? undefined : this.known;
  }

  /** Reads on. `added` holds what is new, undefined where nothing is; `restarted` says that what was known before is void. */
  async read(): Promise<{ readonly added?: CaptureRecord; readonly restarted: boolean }> {
    const newest = await newestFile(this.folders());
    let restarted = newest?.file !== this.file || (newest !== undefined && newest.size < this.offset);
    if (restarted) {
      this.file = newest?.file;
      this.offset = 0;
      this.known = { ...EMPTY, name: newest ? path.basename(path.dirname(newest.file)) : '' };
    }
    const before = this.known;
    if (newest) for (const line of await this.lines(newest)) this.known = withLine(this.known, line);
    restarted &&= newest !== undefined;
    if (this.known === before) return { restarted, ...(restarted && { added: this.known }) };
    return { restarted, added: { ...this.known, frames: this.known.frames.slice(before.frames.length) } };
  }

  private async lines({ file, size }: Found): Promise<readonly string[]> {
    if (size <= this.offset) return [];
    const handle = await open(file);
    try {
      const bytes = Buffer.alloc(Math.min(size - this.offset, LARGEST_READ));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, this.offset);
      const complete = bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
      // No line is as long as all that is read at once: what has no end by then is passed over.
      this.offset += complete === 0 && bytesRead === LARGEST_READ ? bytesRead : complete;
      return bytes.toString('utf8', 0, complete).split('\n');
    } finally {
      await handle.close();
    }
  }
}

interface Found {
  readonly file: string;
  readonly size: number;
  readonly changed: number;
}

async function newestFile(folders: readonly string[]): Promise<Found | undefined> {
  const found = await Promise.all(
    folders.map(async folder => {
      const names = await readdir(folder).catch(() => []);
      return Promise.all(
        names.map(async (name): Promise<Found | undefined> => {
          const file = path.join(folder, name, FRAMES_FILE);
          const known = await stat(file).catch(() => undefined);
          return known && { file, size: known.size, changed: known.mtimeMs };
        }),
      );
    }),
  );
  return found
    .flat()
    .filter(one => one !== undefined)
    .sort((a, b) => b.changed - a.changed)[0];
}
