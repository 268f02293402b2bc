import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { FileFault, fileFault } from '../common/fault';

/** What a data set is opened for: folders hold files for each. */
export type Role = 'train' | 'test' | 'unlabelled';

/** Whether a path is a folder. Throws a `FileFault` when nothing is there. */
export async function isFolder(place: string): Promise<boolean> {
  return (await statsOf(place)).isDirectory();
}

/** Bytes of a file. Throws a `FileFault` when there is none. */
export async function sizeOf(file: string): Promise<number> {
  const stats = await statsOf(file);
  if (!stats.isFile()) throw new FileFault(file, 'is not a file', 'name a file');
  return stats.size;
}

async function statsOf(place: string): Promise<Stats> {
  return stat(place).catch((error: unknown) => {
    throw fileFault(place, error);
  });
}
