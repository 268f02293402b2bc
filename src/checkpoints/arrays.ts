import { basename, extname } from 'node:path';
import { FileFault, UsageFault, ValueFault } from '../common/fault';
import type { Checkpoint } from './checkpoint';
import type { TensorValues } from './elementType';
import { openNpy, openNpz } from './npy';
import { openSafetensors } from './safetensors';

/** Numbers with a shape, row-major. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

const READERS: Readonly<Record<string, (file: string) => Promise<Checkpoint>>> = {
  '.npy': openNpy,
  '.npz': openNpz,
  '.safetensors': openSafetensors,
};

/**
 * Reads one array of features, labels or points from .npy, .npz or .safetensors.
 * @param key name of the array in an .npz or .safetensors file; needed only where the file holds several. Several names are tried in order.
 * Throws a Fault for another ending, a missing key and broken content.
 */
export async function readArray(file: string, key?: string | readonly string[], signal?: AbortSignal): Promise<NumberArray> {
  const open = READERS[extname(file).toLowerCase()];
  if (!open) throw new UsageFault(`${file} is no array file`, 'give a .npy, .npz or .safetensors file');
  const checkpoint = await open(file);
  try {
    const names = checkpoint.tensors.map(({ name }) => name);
    const wanted = key === undefined ? [] : typeof key === 'string' ? [key] : key;
    const name = wanted.find(candidate => names.includes(candidate)) ?? (names.length === 1 ? names[0] : undefined);
    if (names.length === 0) throw new FileFault(file, 'holds no array', 'save it again');
    if (name === undefined)
      throw wanted.length === 1
        ? new ValueFault(
            file,
            wanted[0]!,
            'is not among its arrays',
            `${typeof key === 'string' ? 'rename one of' : `name one as ${basename(file)}#NAME:`} ${someOf(names)}`,
          )
        : new FileFault(file, `holds ${names.length} arrays`, `name one as ${basename(file)}#NAME: ${someOf(names)}`);
    const { shape } = checkpoint.tensors.find(tensor => tensor.name === name)!;
    return { shape, values: await checkpoint.read(name, signal) };
  } finally {
    await checkpoint.close();
  }
}

/** Names of arrays that a sentence lists at most. */
const MOST_NAMES = 8;

function someOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
