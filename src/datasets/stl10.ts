import path from 'node:path';
import { FileFault } from '../common/fault';
import { isFolder, sizeOf, type Role } from './dataFiles';
import { counted, type DataSource } from './dataSource';
import { planarOrder, reordered, unitValues } from './pixels';
import { fileRecords } from './records';

/** STL-10 in its binary version: the folder that it is unpacked to, or one of its `…_X.bin` files. */
export interface Stl10Choice {
  readonly format: 'stl10';
  readonly path: string;
}

const SIDE = 96;
const CHANNELS = 3;
const SIZE = SIDE * SIDE * CHANNELS;
const CLASSES = 10;
const FILES: Readonly<Record<Role, string>> = { train: 'train_X.bin', test: 'test_X.bin', unlabelled: 'unlabeled_X.bin' };

/**
 * Opens STL-10 (Coates, Lee & Ng 2011): images channel by channel and column by column, their classes 1 … 10 in the `…_y.bin` beside
 * them, here numbered from 0; the 100,000 unlabelled images have none. Throws a `FileFault`.
 */
export async function openStl10({ path: place }: Stl10Choice, role: Role): Promise<DataSource> {
  const [file, labelFile] = await stl10Files({ format: 'stl10', path: place }, role);
  const bytes = await sizeOf(file);
  if (bytes === 0 || bytes % SIZE !== 0)
    throw new FileFault(
      file,
      `is ${bytes} bytes long, which is no multiple of the ${SIZE} bytes of an image of STL-10`,
      'name a file of the binary version or download it again',
    );
  const count = bytes / SIZE;
  const labels = labelFile === undefined ? undefined : await readLabels(labelFile, file, count);
  const records = fileRecords(file, { offset: 0, size: SIZE, count });
  const order = planarOrder(SIDE, SIDE, CHANNELS, 0, true);
  return {
    count,
    height: SIDE,
    width: SIDE,
    channels: CHANNELS,
    name: file,
    ...(labels && { labels }),
    files: labelFile === undefined ? [file] : [file, labelFile],
    read: async indices => reordered(unitValues(await records.read(indices)), SIZE, order),
    close: () => records.close(),
  };
}

/** The file of the images and, where they have labels, the one beside it. */
export async function stl10Files({ path: place }: Stl10Choice, role: Role): Promise<readonly [images: string, labels?: string]> {
  const file = (await isFolder(place)) ? path.join(place, FILES[role]) : place;
  const labelFile = file.replace(/_X\.bin$/, '_y.bin');
  return labelFile === file || role === 'unlabelled' ? [file] : [file, labelFile];
}

async function readLabels(file: string, images: string, count: number): Promise<Uint16Array> {
  const bytes = await sizeOf(file);
  if (bytes !== count)
    throw new FileFault(
      file,
      `has ${counted(bytes)} labels for the ${counted(count)} images of ${images}`,
      'name two files that belong together',
    );
  const records = fileRecords(file, { offset: 0, size: 1, count });
  try {
    const classes = await records.read(Int32Array.from({ length: count }, (_, i) => i));
    const wrong = classes.findIndex(one => one < 1 || one > CLASSES);
    if (wrong >= 0)
      throw new FileFault(
        file,
        `gives image ${wrong} the class ${classes[wrong]!} of 1 … ${CLASSES}`,
        'name the label file of the binary version',
      );
    return Uint16Array.from(classes, one => one - 1);
  } finally {
    await records.close();
  }
}
