import { createHash, type Hash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileFault } from '../common/fault';
import { OpenFile } from './records';

/** What tells whether the files of a set have changed. */
export interface Fingerprint {
  /**
   * `content`: a hash of everything in the files. `sample`: of names, sizes, times of change and of blocks spread over the files,
   * for sets that are too large to be read for this.
   */
  readonly method: 'content' | 'sample';
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly files: number;
  readonly bytes: number;
}

/** Hashes of whole files that are known from an earlier time, by path; valid as long as size and time of change are the same. */
export interface KnownHashes {
  get(file: string, size: number, changed: number): string | undefined;
  set(file: string, size: number, changed: number, hash: string): void;
}

/** Sets up to this many bytes and files are hashed as a whole. */
const MOST_BYTES = 256 << 20;
const MOST_FILES = 2000;
const BLOCK = 1 << 16;
/** Blocks that are read of a set that is sampled. */
const BLOCKS = 128;
const CONCURRENT = 64;

interface Sized {
  readonly file: string;
  readonly size: number;
  readonly changed: number;
}

/** The fingerprint of a set's files, in their order. Names count, the folder that they lie in does not. Throws a `FileFault`. */
export async function fingerprintOf(files: readonly string[], known?: KnownHashes): Promise<Fingerprint> {
  const sized = await sizesOf(files);
  const bytes = sized.reduce((sum, { size }) => sum + size, 0);
  const method = bytes <= MOST_BYTES && files.length <= MOST_FILES ? 'content' : 'sample';
  const hash = createHash('sha256');
  for (const one of sized) {
    hash.update(`${path.basename(one.file)}\0${one.size}\0`);
    hash.update(method === 'content' ? await contentHash(one, known) : `${one.changed}\0`);
  }
  if (method === 'sample') await hashBlocks(hash, sized, bytes);
  return { method, hash: hash.digest('hex'), files: files.length, bytes };
}

async function sizesOf(files: readonly string[]): Promise<Sized[]> {
  const sized: Sized[] = [];
  for (let from = 0; from < files.length; from += CONCURRENT)
    sized.push(
      ...(await Promise.all(
        files.slice(from, from + CONCURRENT).map(async file => {
          const { size, mtimeMs } = await stat(file).catch((error: unknown) => {
            throw fileFault(file, error);
          });
          return { file, size, changed: mtimeMs };
        }),
      )),
    );
  return sized;
}

async function contentHash({ file, size, changed }: Sized, known: KnownHashes | undefined): Promise<string> {
  const before = known?.get(file, size, changed);
  if (before !== undefined) return before;
  const hash = createHash('sha256');
  try {
    const handle = await open(file);
    for await (const chunk of handle.createReadStream({ highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    throw fileFault(file, error);
  }
  const found = hash.digest('hex');
  known?.set(file, size, changed, found);
  return found;
}

/** Adds blocks at equal distances over all files laid end to end. */
async function hashBlocks(hash: Hash, files: readonly Sized[], bytes: number): Promise<void> {
  let before = 0;
  let block = 0;
  for (const { file, size } of files) {
    const opened = new OpenFile(file);
    for (; block < BLOCKS && Math.floor((block * bytes) / BLOCKS) < before + size; block++) {
      const at = Math.floor((block * bytes) / BLOCKS) - before;
      hash.update(await opened.read(at, Math.min(BLOCK, size - at)));
    }
    await opened.close();
    before += size;
  }
}
