import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { FileFault, fileFault } from '../common/fault';
import { byCodeUnit } from './classNames';
import { counted } from './dataSource';

/** The images of a folder, class by class, each class in the order of its file names. */
export interface ImageListing {
  /** Paths relative to the folder. */
  readonly files: readonly string[];
  /** Names of the class folders, sorted; none where the images lie in the folder itself. */
  readonly classNames: readonly string[];
  /** For each image the index of its class folder. */
  readonly members: Uint16Array;
}

const IMAGE = /\.(png|jpe?g)$/i;
const DEEPEST = 16;
const MOST_IMAGES = 20_000_000;

/**
 * Lists a folder whose sub-folders are classes, or a folder of images without classes. Images may lie in folders below a class; hidden
 * files and files that are no images are passed over; links are followed to files inside the folder alone.
 *
 * @throws FileFault for a link that leads elsewhere, and for a folder without images
 */
export async function listImages(folder: string): Promise<ImageListing> {
  const root = await realpath(folder).catch((error: unknown) => {
    throw fileFault(folder, error);
  });
  const lister = new Lister(folder, root);
  const { folders, images } = await lister.entries('');
  const files: string[] = [...images];
  const members: number[] = [];
  const classNames: string[] = [];
  for (const name of folders) {
    const found = await lister.below(name, 1);
    if (found.length === 0) continue;
    for (const file of found) {
      files.push(file);
      members.push(classNames.length);
    }
    classNames.push(name);
    if (files.length > MOST_IMAGES) throw new FileFault(folder, `holds more than ${counted(MOST_IMAGES)} images`, 'name a smaller folder');
  }
  if (files.length === 0)
    throw new FileFault(folder, `holds no .png or .jpg image${lister.othersText()}`, 'name a folder of images or of class folders');
  if (images.length > 0 && classNames.length > 0)
    throw new FileFault(folder, `holds ${images[0]!} beside its class folders`, 'move images into class folders');
  return { files, classNames, members: Uint16Array.from(members) };
}

class Lister {
  private readonly otherEndings = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly root: string,
  ) {}

  /** All images below a folder, its own before those of its sub-folders. */
  async below(name: string, depth: number): Promise<string[]> {
    if (depth > DEEPEST) throw new FileFault(path.join(this.folder, name), 'lies too deep', 'flatten the folder');
    const { folders, images } = await this.entries(name);
    const all = [...images];
    for (const one of folders) for (const file of await this.below(path.join(name, one), depth + 1)) all.push(file);
    return all;
  }

  /** Names of the sub-folders and paths of the images directly in a folder, each sorted. */
  async entries(name: string): Promise<{ folders: string[]; images: string[] }> {
    const place = path.join(this.folder, name);
    const entries = await readdir(place, { withFileTypes: true }).catch((error: unknown) => {
      throw fileFault(place, error);
    });
    const [folders, images]: [string[], string[]] = [[], []];
    for (const entry of entries.sort((a, b) => byCodeUnit(a.name, b.name))) {
      if (entry.name.startsWith('.')) continue;
      const file = path.join(name, entry.name);
      if (entry.isDirectory()) folders.push(entry.name);
      else if (!IMAGE.test(entry.name)) {
        if (entry.isSymbolicLink()) await this.requireInside(file);
        this.otherEndings.add(path.extname(entry.name).toLowerCase());
      } else {
        if (entry.isSymbolicLink()) await this.requireInside(file);
        images.push(file);
      }
    }
    return { folders, images };
  }

  othersText(): string {
    const endings = [...this.otherEndings].filter(ending => ending !== '').slice(0, 5);
    return endings.length > 0 ? ` (only ${endings.join(', ')})` : '';
  }

  private async requireInside(name: string): Promise<void> {
    const link = path.join(this.folder, name);
    const target = await realpath(link).catch((error: unknown) => {
      throw fileFault(link, error);
    });
    const way = path.relative(this.root, target);
    if (way.startsWith('..') || path.isAbsolute(way))
      throw new FileFault(link, 'is a link that leads out of the folder', 'copy what it leads to into the folder or remove it');
  }
}
