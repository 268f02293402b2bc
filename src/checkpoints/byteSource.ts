import { open, type FileHandle } from 'node:fs/promises';
import { FileFault, fileFault, Stopped } from '../common/fault';

/** Bytes that can be read in any order without holding all of them: a file on disk. */
export interface ByteSource {
  readonly file: string;
  readonly size: number;
  /** Exactly `length` bytes from `offset`; a FileFault where the source is shorter. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** As many bytes as `into` holds, from `offset`; a FileFault where the source is shorter. Absent where bytes have to be decoded first. */
  readInto?(into: Uint8Array, offset: number): Promise<void>;
  close(): Promise<void>;
}

/** Bytes that are read in order, such as the values of one tensor: a stretch of a source, perhaps compressed. */
export interface ByteStretch {
  /** Number of bytes that `chunks` yields in total. */
  readonly length: number;
  /** Where the bytes begin in their source, when they lie there as they are. */
  readonly placed?: number;
  chunks(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Writes the bytes from `from` on, or from the first, into an array that they fill, which chunks would be copied into; absent where that saves nothing. */
  readonly fill?: (into: Uint8Array, signal?: AbortSignal, from?: number) => Promise<void>;
}

/** How much of a stretch is held at once, in bytes. */
export const CHUNK_BYTES = 4 << 20;

/** A fault of a file whose content contradicts its format. `problem` as "names 3 tensors but holds 2". */
export function brokenFile(file: string, problem: string): FileFault {
  return new FileFault(file, problem, 'save or download it again');
}

/** A fault of a sound file that BoundLens cannot use. `problem` as "stores its values in chunks, which BoundLens does not read". */
export function unsupportedFile(file: string, problem: string): FileFault {
  return new FileFault(file, problem, 'save it as safetensors');
}

class FileSource implements ByteSource {
  constructor(
    readonly file: string,
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (!(length >= 0 && offset + length <= this.size)) throw this.tooShort(offset + length);
    const bytes = new Uint8Array(length);
    await this.readInto(bytes, offset);
    return bytes;
  }

  async readInto(into: Uint8Array, offset: number): Promise<void> {
    const { length } = into;
    if (!(offset >= 0 && offset + length <= this.size)) throw this.tooShort(offset + length);
    for (let at = 0; at < length;) {
      const { bytesRead } = await this.handle.read(into, at, length - at, offset + at);
      if (bytesRead === 0) throw brokenFile(this.file, 'became shorter while it was read');
      at += bytesRead;
    }
  }

  private tooShort(end: number): FileFault {
    return brokenFile(this.file, `ends after ${this.size} bytes, before byte ${end} that it speaks of`);
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Opens a file for reading at any place; the caller closes it. A missing or unreadable file is a FileFault. */
export async function openSource(file: string): Promise<ByteSource> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const found = await handle.stat();
    if (!found.isFile()) throw new FileFault(file, 'is not a file', 'name a file');
    return new FileSource(file, found.size, handle);
  } catch (error) {
    await handle?.close();
    throw fileFault(file, error);
  }
}

/** The stretch of `length` bytes from `offset`, as they lie in the source. */
export function plainStretch(source: ByteSource, offset: number, length: number): ByteStretch {
  return {
    length,
    placed: offset,
    async *chunks(signal) {
      for (let at = 0; at < length; at += CHUNK_BYTES) {
        if (signal?.aborted) throw new Stopped();
        yield await source.read(offset + at, Math.min(CHUNK_BYTES, length - at));
      }
    },
    ...(source.readInto && {
      fill: async (into: Uint8Array, signal?: AbortSignal, from = 0) => {
        for (let at = 0; at < into.length; at += CHUNK_BYTES) {
          if (signal?.aborted) throw new Stopped();
          await source.readInto!(into.subarray(at, at + CHUNK_BYTES), offset + from + at);
        }
      },
    }),
  };
}

/** All bytes of a stretch. */
export async function wholeStretch(stretch: ByteStretch, signal?: AbortSignal): Promise<Uint8Array> {
  const whole = new Uint8Array(stretch.length);
  let at = 0;
  for await (const chunk of stretch.chunks(signal)) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
