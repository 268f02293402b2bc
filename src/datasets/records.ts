import { open, type FileHandle } from 'node:fs/promises';
import { FileFault, fileFault } from '../common/fault';

/** Equally long stretches of bytes that are read in any order. */
export interface Records {
  readonly count: number;
  /** Bytes of one record. */
  readonly size: number;
  /** The records at `indices` one after the other. Throws a `FileFault`. */
  read(indices: ArrayLike<number>): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Where records lie in a file. */
export interface RecordPlace {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

/** Files up to this many bytes of records are held once they have been read; of larger ones each record is read where it is needed. */
const MOST_HELD_BYTES = 256 << 20;
/** Reads that are under way at the same time. */
const CONCURRENT_READS = 16;

/** Records of a file, opened when the first is read; nothing of a large file stays in memory (the system's own cache apart). */
export function fileRecords(file: string, { offset, size, count }: RecordPlace, mostHeld = MOST_HELD_BYTES): Records {
  const opened = new OpenFile(file);
  if (count * size <= mostHeld) return heldRecords(size, count, () => opened.read(offset, count * size), opened);
  const read = async (indices: ArrayLike<number>): Promise<Uint8Array> => {
    const bytes = new Uint8Array(indices.length * size);
    const runs = consecutiveRuns(indices);
    for (let from = 0; from < runs.length; from += CONCURRENT_READS)
      await Promise.all(
        runs.slice(from, from + CONCURRENT_READS).map(async ({ start, length }) => {
          const target = bytes.subarray(start * size, (start + length) * size);
          await opened.fill(target, offset + indices[start]! * size);
        }),
      );
    return bytes;
  };
  return { count, size, read, close: () => opened.close() };
}

/** Records that are made as a whole on first use and then held: the content of a compressed file. */
export function heldRecords(
  size: number,
  count: number,
  load: () => Promise<Uint8Array>,
  file: { close(): Promise<void> } = { close: () => Promise.resolve() },
): Records {
  let loading: Promise<Uint8Array> | undefined;
  const read = async (indices: ArrayLike<number>): Promise<Uint8Array> => {
    const whole = await (loading ??= load());
    const bytes = new Uint8Array(indices.length * size);
    for (let i = 0; i < indices.length; i++) bytes.set(whole.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
    return bytes;
  };
  return { count, size, read, close: () => file.close() };
}

/** The records of several files, numbered on from one to the next. */
export function joinedRecords(parts: readonly Records[]): Records {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const size = first!.size;
  const starts = parts.map((_, index) => parts.slice(0, index).reduce((sum, part) => sum + part.count, 0));
  const read = async (indices: ArrayLike<number>): Promise<Uint8Array> => {
    const bytes = new Uint8Array(indices.length * size);
    await Promise.all(
      parts.map(async (part, index) => {
        const positions = [...Array(indices.length).keys()].filter(
          i => indices[i]! >= starts[index]! && indices[i]! < starts[index]! + part.count,
        );
        if (positions.length === 0) return;
        const read = await part.read(positions.map(position => indices[position]! - starts[index]!));
        positions.forEach((position, i) => bytes.set(read.subarray(i * size, (i + 1) * size), position * size));
      }),
    );
    return bytes;
  };
  return {
    count: parts.reduce((sum, part) => sum + part.count, 0),
    size,
    read,
    close: async () => {
      await Promise.all(parts.map(part => part.close()));
    },
  };
}

/** Stretches of `indices` that count up by one, so that neighbours are read at once. */
function consecutiveRuns(indices: ArrayLike<number>): { start: number; length: number }[] {
  const runs: { start: number; length: number }[] = [];
  for (let i = 0; i < indices.length; i++) {
    const last = runs.at(-1);
    if (last && indices[i] === indices[i - 1]! + 1) last.length++;
    else runs.push({ start: i, length: 1 });
  }
  return runs;
}

/** A file that is opened on first use and read at any place. */
export class OpenFile {
  private handle: Promise<FileHandle> | undefined;

  constructor(private readonly file: string) {}

  async read(position: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    await this.fill(bytes, position);
    return bytes;
  }

  /** Reads exactly as many bytes as `target` has. */
  async fill(target: Uint8Array, position: number): Promise<void> {
    try {
      const handle = await (this.handle ??= open(this.file));
      for (let at = 0; at < target.length;) {
        const { bytesRead } = await handle.read(target, at, target.length - at, position + at);
        if (bytesRead === 0) throw new FileFault(this.file, 'became shorter while it was read', 'copy or download it again');
        at += bytesRead;
      }
    } catch (error) {
      throw fileFault(this.file, error);
    }
  }

  async close(): Promise<void> {
    const handle = await this.handle?.catch(() => undefined);
    this.handle = undefined;
    await handle?.close();
  }
}
