import { crc32, createInflateRaw } from 'node:zlib';
import { Stopped } from '../common/fault';
import { brokenFile, CHUNK_BYTES, plainStretch, type ByteSource, type ByteStretch, unsupportedFile } from './byteSource';

/** A file inside a zip archive. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  /** CRC-32 of the content. */
  readonly checksum: number;
  readonly headerOffset: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;
const MOST_DIRECTORY_BYTES = 256 << 20;
const STORED = 0;
const DEFLATED = 8;
/** Deflate cannot expand further than this. */
const LARGEST_EXPANSION = 1032;
const UNSET_32 = 0xffffffff;

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly entries: number;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Where the central directory lies; also in archives over 4 GB (ZIP64). */
async function findDirectory(source: ByteSource): Promise<Directory> {
  const tailLength = Math.min(source.size, END_BYTES + LONGEST_COMMENT);
  const tail = view(await source.read(source.size - tailLength, tailLength));
  let at = tailLength - END_BYTES;
  while (at >= 0 && tail.getUint32(at, true) !== END) at--;
  if (at < 0) throw brokenFile(source.file, 'is not a complete zip archive');
  const short = { entries: tail.getUint16(at + 10, true), size: tail.getUint32(at + 12, true), offset: tail.getUint32(at + 16, true) };
  if (short.entries !== 0xffff && short.size !== UNSET_32 && short.offset !== UNSET_32) return short;
  if (at < 20 || tail.getUint32(at - 20, true) !== LOCATOR_64) return short;
  const record = view(await source.read(Number(tail.getBigUint64(at - 12, true)), 56));
  if (record.getUint32(0, true) !== END_64) throw brokenFile(source.file, 'has a broken zip directory');
  return {
    entries: Number(record.getBigUint64(32, true)),
    size: Number(record.getBigUint64(40, true)),
    offset: Number(record.getBigUint64(48, true)),
  };
}

/** The sizes and the place of an entry, from its ZIP64 extra field where the 32-bit fields are full. */
function wideSizes(directory: DataView, at: number, nameLength: number, extraLength: number) {
  const fields = {
    size: directory.getUint32(at + 24, true),
    compressedSize: directory.getUint32(at + 20, true),
    headerOffset: directory.getUint32(at + 42, true),
  };
  const end = at + 46 + nameLength + extraLength;
  for (let extra = at + 46 + nameLength; extra + 4 <= end; extra += 4 + directory.getUint16(extra + 2, true)) {
    if (directory.getUint16(extra, true) !== 1) continue;
    let place = extra + 4;
    for (const key of ['size', 'compressedSize', 'headerOffset'] as const) {
      if (fields[key] !== UNSET_32 || place + 8 > end) continue;
      fields[key] = Number(directory.getBigUint64(place, true));
      place += 8;
    }
  }
  return fields;
}

/** Every file of a zip archive by its path. Refuses a directory that is cut off, encrypted files and two files of one name. */
export async function zipEntries(source: ByteSource): Promise<ReadonlyMap<string, ZipEntry>> {
  const { offset, size, entries: count } = await findDirectory(source);
  if (size > MOST_DIRECTORY_BYTES) throw brokenFile(source.file, `claims a zip directory of ${size} bytes`);
  const directory = view(await source.read(offset, size));
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > size || directory.getUint32(at, true) !== CENTRAL) throw brokenFile(source.file, 'has a broken zip directory');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map(field => directory.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > size) throw brokenFile(source.file, 'has a broken zip directory');
    const name = new TextDecoder().decode(new Uint8Array(directory.buffer, directory.byteOffset + at + 46, nameLength));
    if (directory.getUint16(at + 8, true) & 1) throw brokenFile(source.file, `holds ${name} encrypted`);
    if (entries.has(name)) throw brokenFile(source.file, `holds ${name} twice`);
    entries.set(name, {
      name,
      method: directory.getUint16(at + 10, true),
      checksum: directory.getUint32(at + 16, true),
      ...wideSizes(directory, at, nameLength, extraLength),
    });
    at = next;
  }
  return entries;
}

/** Where the bytes of an entry begin in the archive. */
async function dataOffset(source: ByteSource, entry: ZipEntry): Promise<number> {
  const header = view(await source.read(entry.headerOffset, 30));
  if (header.getUint32(0, true) !== LOCAL) throw brokenFile(source.file, `has no file where its directory places ${entry.name}`);
  return entry.headerOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
}

async function* inflated(source: ByteSource, entry: ZipEntry, offset: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: 1 << 18 });
  const feed = async () => {
    for await (const chunk of plainStretch(source, offset, entry.compressedSize).chunks(signal))
      if (!inflate.write(chunk)) await new Promise(resolve => inflate.once('drain', resolve));
    inflate.end();
  };
  const feeding = feed().catch((error: unknown) => inflate.destroy(error as Error));
  let total = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Uint8Array>) {
      if (signal?.aborted) throw new Stopped();
      total += chunk.length;
      if (total > entry.size) throw brokenFile(source.file, `holds more of ${entry.name} than it claims`);
      yield chunk;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw brokenFile(source.file, `holds ${entry.name} broken`);
    throw error;
  } finally {
    inflate.destroy();
    inflate.emit('drain');
    await feeding;
  }
  if (total !== entry.size) throw brokenFile(source.file, `holds only ${total} of the ${entry.size} bytes of ${entry.name}`);
}

/** The chunks of an entry, whose checksum is compared when all have been read. */
async function* checked(source: ByteSource, entry: ZipEntry, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let checksum = 0;
  for await (const chunk of chunks) {
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  if (checksum !== entry.checksum) throw brokenFile(source.file, `holds ${entry.name} with values that its checksum contradicts`);
}

/** The content of an entry, inflated and checked while it is read. */
export async function zipStretch(source: ByteSource, entry: ZipEntry): Promise<ByteStretch> {
  const offset = await dataOffset(source, entry);
  const { method, compressedSize, size } = entry;
  if (offset + compressedSize > source.size) throw brokenFile(source.file, `ends before the end of ${entry.name}`);
  if (method === STORED) {
    if (size !== compressedSize) throw brokenFile(source.file, `gives ${entry.name} two sizes`);
    const plain = plainStretch(source, offset, size);
    return { length: size, placed: offset, chunks: signal => checked(source, entry, plain.chunks(signal)) };
  }
  if (method !== DEFLATED) throw unsupportedFile(source.file, `compresses ${entry.name} in a way (${method}) that is not deflate`);
  if (size > compressedSize * LARGEST_EXPANSION + CHUNK_BYTES) throw brokenFile(source.file, `claims an impossible size for ${entry.name}`);
  return { length: size, chunks: signal => checked(source, entry, inflated(source, entry, offset, signal)) };
}

/** A stretch without its first `skipped` bytes. */
export function after(stretch: ByteStretch, skipped: number): ByteStretch {
  return {
    length: stretch.length - skipped,
    ...(stretch.placed !== undefined && { placed: stretch.placed + skipped }),
    async *chunks(signal) {
      let left = skipped;
      for await (const chunk of stretch.chunks(signal)) {
        if (left < chunk.length) yield left > 0 ? chunk.subarray(left) : chunk;
        left = Math.max(0, left - chunk.length);
      }
    },
  };
}
