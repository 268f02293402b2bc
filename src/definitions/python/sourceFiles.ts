import { readFileSync, statSync } from 'node:fs';

/** Where the texts of source files come from: the disk, an editor's unsaved texts, a test's own. */
export interface SourceFiles {
  /** The text of a file by its absolute path; undefined when there is none or it is too large to be looked at. */
  read(path: string): string | undefined;
}

/** No files at all: imports stay unknown. */
export const NO_FILES: SourceFiles = { read: () => undefined };

const MAXIMUM_BYTES = 1_000_000;

/** Texts that are remembered, least recently read first out. */
const REMEMBERED = 256;

/** Files on disk, read again only when their time of change or size differs. */
export class DiskFiles implements SourceFiles {
  private readonly texts = new Map<string, { readonly changed: number; readonly size: number; readonly text: string }>();

  read(path: string): string | undefined {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile() || found.size > MAXIMUM_BYTES) return undefined;
    const before = this.texts.get(path);
    this.texts.delete(path);
    if (before?.changed === found.mtimeMs && before.size === found.size) {
      this.texts.set(path, before);
      return before.text;
    }
    return this.readAgain(path, found.mtimeMs, found.size);
  }

  private readAgain(path: string, changed: number, size: number): string | undefined {
    try {
      const text = readFileSync(path, 'utf8');
      this.texts.set(path, { changed, size, text });
      if (this.texts.size > REMEMBERED) this.texts.delete(this.texts.keys().next().value!);
      return text;
    } catch {
      return undefined;
    }
  }
}
