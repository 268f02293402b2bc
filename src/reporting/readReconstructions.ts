import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { RECONSTRUCTIONS_FILE, type Reconstruction, type Reconstructions } from '../training/reconstructions';

/** A file that BoundLens wrote is a fraction of this. */
const LARGEST = 4 << 20;

/** The images that a run left beside its weights; undefined where it left none, or a file that is not what it should be. */
export async function readReconstructions(weights: string): Promise<Reconstructions | undefined> {
  const file = path.join(weights, RECONSTRUCTIONS_FILE);
  try {
    if ((await stat(file)).size > LARGEST) return undefined;
    const read: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isReconstructions(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a parsed file holds pictures of the size it says. */
export function isReconstructions(value: unknown): value is Reconstructions {
  if (typeof value !== 'object' || value === null) return false;
  const { version, height, width, channels, images } = value as Partial<Reconstructions>;
  if (version !== 1 || !isCount(height) || !isCount(width) || (channels !== 1 && channels !== 3) || !Array.isArray(images)) return false;
  return images.every(image => isReconstruction(image, height * width * channels));
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;

function isReconstruction(value: unknown, bytes: number): value is Reconstruction {
  if (typeof value !== 'object' || value === null) return false;
  const { original, seen, hidden, painted, error } = value as Partial<Reconstruction>;
  const isPicture = (text: unknown) => typeof text === 'string' && Buffer.from(text, 'base64').length === bytes;
  return [original, seen, painted].every(isPicture) && (hidden === undefined || isPicture(hidden)) && typeof error === 'number';
}
