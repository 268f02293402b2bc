import { statSync } from 'node:fs';
import {
  appendFile,
  constants,
  copyFile,
  link,
  mkdir,
  open,
  opendir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  truncate,
} from 'node:fs/promises';
import path from 'node:path';
import { fileFault } from '../common/fault';
import { LONGEST_TEXT, tooLong } from '../common/readText';

/** The file system as runs use it; tests put in one that is full or forbids. Errors are Node's, with their codes. */
export interface RunFiles {
  read(file: string): Promise<string>;
  readBytes(file: string): Promise<Uint8Array>;
  /** Writes a new file and waits until it is on the disk. */
  write(file: string, content: string | Uint8Array): Promise<void>;
  append(file: string, text: string): Promise<void>;
  truncate(file: string, size: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name; false when there is something of that name already. Of several that try, exactly one succeeds. */
  link(file: string, name: string): Promise<boolean>;
  /** Removes a file or folder with all below it, what is written there meanwhile too; no error when there is none. */
  remove(file: string): Promise<void>;
  makeFolder(folder: string): Promise<void>;
  /** Names of the folders directly below, sorted; none when the folder does not exist. */
  folders(folder: string): Promise<string[]>;
  /** The same names one after the other, unsorted: who has found what it looks for need not wait for thousands. */
  eachFolder(folder: string): AsyncIterable<string>;
  /** Names of everything directly below; none when the folder does not exist. */
  names(folder: string): Promise<string[]>;
  /** For each file a text that changes whenever it is replaced; undefined where there is none. Made for thousands. */
  stamps(files: readonly string[]): Promise<(string | undefined)[]>;
  /** Size in bytes; undefined when there is no such file. */
  size(file: string): Promise<number | undefined>;
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** What file systems without hard links say. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];
const copyExclusively = (file: string, name: string) => copyFile(file, name, constants.COPYFILE_EXCL);

const STAMPS_AT_ONCE = 200;

/** The real file system. */
export const diskFiles: RunFiles = {
  async read(file) {
    if ((await stat(file)).size > LONGEST_TEXT) throw tooLong(file);
    return readFile(file, 'utf8');
  },
  readBytes: file => readFile(file),
  async write(file, content) {
    const handle = await open(file, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  append: (file, text) => appendFile(file, text),
  truncate: (file, size) => truncate(file, size),
  rename: (from, to) => rename(from, to),
  async link(file, name) {
    for (const make of [link, copyExclusively]) {
      try {
        await make(file, name);
        return true;
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException;
        if (code === 'EEXIST') return false;
        if (make !== link || !WITHOUT_LINKS.includes(code)) throw error;
      }
    }
    return false;
  },
  remove: file => rm(file, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true });
  },
  async folders(folder) {
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.flatMap(entry => (entry.isDirectory() ? [entry.name] : [])).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  },
  async *eachFolder(folder) {
    try {
      for await (const entry of await opendir(folder)) if (entry.isDirectory()) yield entry.name;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  },
  async names(folder) {
    try {
      return await readdir(folder);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  },
  async stamps(files) {
    const found: (string | undefined)[] = [];
    for (const [i, file] of files.entries()) {
      // Asking one by one without waiting is several times faster than in parallel; a pause now and then lets others work.
      if (i % STAMPS_AT_ONCE === STAMPS_AT_ONCE - 1) await new Promise(resolve => setImmediate(resolve));
      const status = statSync(file, { throwIfNoEntry: false });
      found.push(status && `${status.ino} ${status.mtimeMs} ${status.size}`);
    }
    return found;
  },
  async size(file) {
    try {
      return (await stat(file)).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
};

let replacements = 0;

/**
 * Replaces a file as a whole: readers see the old text or the new one, never a part, and a failed write leaves the old one.
 *
 * @throws FileFault without permission or on a full disk
 */
export async function replaceFile(files: RunFiles, file: string, content: string | Uint8Array): Promise<void> {
  const partial = `${file}.${process.pid}-${replacements++}.partial`;
  try {
    await files.write(partial, content);
    await renameOver(files, partial, file);
  } catch (error) {
    await files.remove(partial).catch(() => undefined);
    throw fileFault(file, error);
  }
}

/** On Windows a file that somebody reads at this moment cannot be replaced: try again for a while. */
export async function renameOver(files: RunFiles, from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await files.rename(from, to);
      return;
    } catch (error) {
      const busy = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!busy || attempt === 10) throw error;
      await new Promise(resolve => setTimeout(resolve, 20 * (attempt + 1)));
    }
  }
}

/** Does a file operation; what the system refuses comes out as a `FileFault` that names the file. */
export async function asFault<T>(file: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw fileFault(path.normalize(file), error);
  }
}
