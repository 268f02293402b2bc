import { readFile, stat } from 'node:fs/promises';
import { FileFault, fileFault } from '../common/fault';
import { decodePicture } from './decodePicture';
import { fitted, type Geometry } from './geometry';
import type { Picture } from './picture';

/** Reads image files, decodes them and brings them to a geometry. */
export interface PictureDecoder {
  /** Rejects with a `FileFault` when the file is not an image that can be read. */
  decode(file: string, geometry: Geometry): Promise<Picture>;
  /** Nothing can be decoded afterwards; what is under way may be given up. */
  close(): Promise<void>;
}

const LARGEST_FILE = 128 << 20;

/** Decodes on the thread that asks. */
export const onThisThread: PictureDecoder = {
  decode: async (file, geometry) => fitted(decodePicture(file, await contentOf(file)), geometry),
  close: () => Promise.resolve(),
};

async function contentOf(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE) throw new FileFault(file, 'is larger than 128 MB', 'shrink it or take it out of the folder');
    return await readFile(file);
  } catch (error) {
    throw fileFault(file, error);
  }
}
