import { open } from 'node:fs/promises';
import path from 'node:path';
import { FileFault, fileFault } from '../common/fault';
import { numberedClasses } from './classNames';
import type { DataSource } from './dataSource';
import { pictureShape } from './decodePicture';
import { fittedShape, type Geometry } from './geometry';
import { listImages } from './imageListing';
import { LeastRecentlyUsed } from './leastRecentlyUsed';
import type { PictureShape } from './picture';
import { onThisThread, type PictureDecoder } from './pictureDecoder';

/** PNG and JPEG images in one sub-folder a class, or without classes in the folder itself. */
export interface ImageFolderChoice {
  readonly format: 'image folder';
  readonly path: string;
}

/** A header lies in this many first bytes, also behind a thumbnail and a colour profile. */
const HEADER_BYTES = 1 << 20;
const MOST_CACHED_BYTES = 256 << 20;
const CONCURRENT_READS = 8;

/**
 * Opens a folder of images. It is listed once; images are decoded and brought to the geometry when they are read, and the last ones
 * stay in memory, at most 256 MB of them. Throws a `FileFault`.
 *
 * @param decoder decodes the images; it stays open when the folder is closed
 */
export async function openImageFolder(
  { path: folder }: ImageFolderChoice,
  geometry: Geometry,
  decoder: PictureDecoder = onThisThread,
): Promise<DataSource> {
  const { files, classNames, members } = await listImages(folder);
  const first = path.join(folder, files[0]!);
  const shape = fittedShape(pictureShape(first, await beginningOf(first)), geometry);
  const size = shape.height * shape.width * shape.channels;
  const cache = new LeastRecentlyUsed<Float32Array>(Math.max(1, Math.floor(MOST_CACHED_BYTES / (4 * size))));

  const image = async (index: number): Promise<Float32Array> => {
    const cached = cache.get(index);
    if (cached) return cached;
    const file = path.join(folder, files[index]!);
    const picture = await decoder.decode(file, geometry);
    requireShape(file, picture, first, shape);
    cache.set(index, picture.values);
    return picture.values;
  };
  return {
    count: files.length,
    ...shape,
    name: folder,
    ...(classNames.length > 0 && numberedClasses(folder, classNames, members)),
    files: files.map(file => path.join(folder, file)),
    async read(indices) {
      const values = new Float32Array(indices.length * size);
      for (let from = 0; from < indices.length; from += CONCURRENT_READS) {
        const positions = Array.from({ length: Math.min(CONCURRENT_READS, indices.length - from) }, (_, i) => from + i);
        await Promise.all(positions.map(async position => values.set(await image(indices[position]!), position * size)));
      }
      return values;
    },
    close: () => Promise.resolve(),
  };
}

async function beginningOf(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file);
    try {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(HEADER_BYTES), 0, HEADER_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileFault(file, error);
  }
}

function requireShape(file: string, picture: PictureShape, first: string, shape: PictureShape): void {
  if (picture.height !== shape.height || picture.width !== shape.width)
    throw new FileFault(
      file,
      `is ${picture.height} × ${picture.width} pixels large while ${first} is ${shape.height} × ${shape.width}`,
      'set data.resize to bring all images to one size',
    );
  if (picture.channels !== shape.channels)
    throw new FileFault(
      file,
      `has ${picture.channels === 1 ? 'grey pixels' : 'colours'} unlike ${first}`,
      'set data.channels to "grey" or "rgb" to bring all images to one kind',
    );
}
