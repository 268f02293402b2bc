import path from 'node:path';
import { cifarFiles } from './cifar';
import type { Role } from './dataFiles';
import { listImages } from './imageListing';
import type { SourceChoice } from './openDataSource';
import { stl10Files } from './stl10';

/** Every file that decides what a source holds, in a fixed order; folders are listed, nothing is opened. Throws a `FileFault`. */
export async function sourceFiles(choice: SourceChoice, role: Role): Promise<readonly string[]> {
  switch (choice.format) {
    case undefined:
    case 'idx':
    case 'npy':
      return choice.labels === undefined ? [choice.images] : [choice.images, choice.labels];
    case 'cifar10':
    case 'cifar100':
      return cifarFiles(choice, role);
    case 'stl10':
      return (await stl10Files(choice, role)).flatMap(file => file ?? []);
    case 'npz':
    case 'csv':
      return [choice.path];
    case 'image folder':
      return (await listImages(choice.path)).files.map(file => path.join(choice.path, file));
  }
}
