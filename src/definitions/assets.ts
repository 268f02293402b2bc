import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Reads the files that the parsers are loaded from, by their names. Rejects when one is not there. */
export type Assets = (name: string) => Promise<Uint8Array<ArrayBuffer>>;

/** The files of a folder. */
export const folderAssets =
  (folder: string): Assets =>
  name =>
    readFile(join(folder, name));
