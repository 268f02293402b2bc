import { readFile, stat } from 'node:fs/promises';
import { FileFault, fileFault } from './fault';

/** Bytes of the longest text that is read: the index of a hundred thousand runs is a third of it, sources and studies are a fraction. */
export const LONGEST_TEXT = 64 << 20;

/** A whole text in UTF-8. Throws a `FileFault` for a file that is missing, unreadable, or longer than anybody writes. */
export async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > LONGEST_TEXT) throw tooLong(file);
    return await readFile(file, 'utf8');
  } catch (error) {
    throw fileFault(file, error);
  }
}

/** The fault of a text file that is longer than anybody writes. */
export const tooLong = (file: string): FileFault =>
  new FileFault(
    file,
    `is longer than the ${LONGEST_TEXT >> 20} MB that a text may have`,
    'name another file, or take out what does not belong there',
  );
