import type { KnownHashes } from '../datasets/fingerprint';
import { diskFiles, replaceFile, type RunFiles } from './files';

/** A file that changed less than this many milliseconds ago may change again within the same time stamp. */
const SETTLED = 2000;

interface Entry {
  readonly size: number;
  readonly changed: number;
  readonly hash: string;
}

/** Hashes of data files on disk, by path, size and time of change. It only saves time: when it cannot be read or written, files are hashed. */
export class HashCache implements KnownHashes {
  private changed = false;

  private constructor(
    private readonly file: string,
    private readonly entries: Map<string, Entry>,
    private readonly files: RunFiles,
  ) {}

  static async load(file: string, files: RunFiles = diskFiles): Promise<HashCache> {
    try {
      const stored = Object.entries(JSON.parse(await files.read(file)) as Record<string, Entry>);
      return new HashCache(file, new Map(stored), files);
    } catch {
      return new HashCache(file, new Map(), files);
    }
  }

  get(file: string, size: number, changed: number): string | undefined {
    const entry = this.entries.get(file);
    return entry?.size === size && entry.changed === changed && typeof entry.hash === 'string' ? entry.hash : undefined;
  }

  set(file: string, size: number, changed: number, hash: string): void {
    if (Date.now() - changed < SETTLED) return;
    this.entries.set(file, { size, changed, hash });
    this.changed = true;
  }

  /** Writes what is new. */
  async save(): Promise<void> {
    if (!this.changed) return;
    this.changed = false;
    await replaceFile(this.files, this.file, JSON.stringify(Object.fromEntries(this.entries))).catch(() => undefined);
  }
}
