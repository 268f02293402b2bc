import { openArrays, type NpyChoice, type NpzChoice } from './arrays';
import { openCifar, type CifarChoice } from './cifar';
import { openCsv, type CsvChoice } from './csv';
import type { Role } from './dataFiles';
import type { DataSource } from './dataSource';
import { fittedSource, type Geometry } from './geometry';
import { openIdx, type IdxFiles } from './idx';
import { openImageFolder, type ImageFolderChoice } from './imageFolder';
import type { PictureDecoder } from './pictureDecoder';
import { openStl10, type Stl10Choice } from './stl10';

/** Where samples come from, as a study says it; without a format they are IDX files. */
export type SourceChoice =
  (IdxFiles & { readonly format?: 'idx' }) | CifarChoice | Stl10Choice | NpzChoice | NpyChoice | CsvChoice | ImageFolderChoice;

/**
 * Opens a data set: labels, sizes and headers are read now, the samples when they are asked for. The caller closes it.
 * Throws a `FileFault` that says what is wrong with its files.
 *
 * @param decoder decodes the images of folders, on this thread when absent
 */
export async function openDataSource(
  choice: SourceChoice,
  role: Role,
  geometry: Geometry = {},
  decoder?: PictureDecoder,
): Promise<DataSource> {
  const source = await opened(choice, role, geometry, decoder);
  try {
    return fittedSource(source, geometry);
  } catch (error) {
    await source.close();
    throw error;
  }
}

function opened(choice: SourceChoice, role: Role, geometry: Geometry, decoder: PictureDecoder | undefined): Promise<DataSource> {
  switch (choice.format) {
    case undefined:
    case 'idx':
      return openIdx(choice);
    case 'cifar10':
    case 'cifar100':
      return openCifar(choice, role);
    case 'stl10':
      return openStl10(choice, role);
    case 'npz':
    case 'npy':
      return openArrays(choice, role);
    case 'csv':
      return openCsv(choice);
    case 'image folder':
      return openImageFolder(choice, geometry, decoder);
  }
}
