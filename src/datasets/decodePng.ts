import { decode } from 'fast-png';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { FileFault } from '../common/fault';
import { MOST_PIXELS, type Picture, type PictureShape } from './picture';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** What is needed to decode; everything else (profiles, texts, animation) is passed over. */
const NEEDED: readonly string[] = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];
/** Channels by colour type (PNG, 3rd edition, 11.2.1); a palette has one. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** First column, first row, column step and row step of each pass of Adam7. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Whether a file that begins with these bytes is a PNG. */
export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

interface Header extends PictureShape {
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const broken = (file: string, problem: string, cause?: unknown) => new FileFault(file, problem, 'copy or download it again', { cause });

/** Size and channels from the first bytes of a file (32 are enough); a palette counts as colour. Throws a `FileFault`. */
export function pngShape(file: string, bytes: Uint8Array): PictureShape {
  const { height, width, channels, colourType } = headerOf(file, bytes);
  return { height, width, channels: colourType === 3 ? 3 : channels };
}

/**
 * Decodes a PNG of any colour type and depth. Its sizes and checksums are verified and its data inflated to exactly the length that
 * they ask for, before anything of its size is allocated. Throws a `FileFault`.
 */
export function decodePng(file: string, bytes: Uint8Array): Picture {
  const header = headerOf(file, bytes);
  const chunks = chunksOf(file, bytes);
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data;
  const wanted = rawLength(header);
  const data = Buffer.concat(chunks.flatMap(({ type, data }) => (type === 'IDAT' ? [data] : [])));
  const raw = inflated(file, data, wanted);
  if (raw.length < wanted) throw broken(file, 'ends within its image');
  // The decoder is given a file without compression, so that it cannot be made to expand anything.
  const plain = chunks.filter(({ type }) => type === 'IHDR' || type === 'PLTE');
  const clean = [...plain, { type: 'IDAT', data: deflateSync(raw, { level: 0 }) }, { type: 'IEND', data: new Uint8Array() }];
  try {
    const image = decode(Buffer.concat([SIGNATURE, ...clean.map(written)]));
    const largest = 2 ** (header.colourType === 3 ? 8 : header.depth) - 1;
    const samples = unpacked(image.data, header);
    const { height, width, channels } = header;
    if (header.colourType !== 3) return { height, width, channels, values: Float32Array.from(samples, value => value / largest) };
    return { height, width, channels: 3, values: coloured(file, samples, palette) };
  } catch (error) {
    throw error instanceof FileFault ? error : broken(file, `is damaged (PNG: ${(error as Error).message})`, error);
  }
}

function headerOf(file: string, bytes: Uint8Array): Header {
  if (bytes.length < 33) throw broken(file, 'ends within its header');
  const fields = view(bytes);
  const [width, height] = [fields.getUint32(16), fields.getUint32(20)];
  const [depth, colourType, , , interlace] = bytes.subarray(24, 29) as unknown as [number, number, number, number, number];
  const channels = CHANNELS[colourType];
  if (fields.getUint32(8) !== 13 || fields.getUint32(12) !== 0x49484452 || channels === undefined || ![1, 2, 4, 8, 16].includes(depth))
    throw broken(file, 'has a broken PNG header');
  if (width === 0 || height === 0) throw broken(file, `is ${height} × ${width} pixels large`);
  if (width * height > MOST_PIXELS)
    throw new FileFault(file, `is ${height} × ${width} pixels large, too much to decode`, 'shrink it or take it out of the folder');
  if (interlace === 1 && depth < 8)
    throw new FileFault(file, `is an interlaced PNG of ${depth} bits, which is not read`, 'save it without interlacing');
  return { height, width, channels, depth, colourType, interlaced: interlace === 1 };
}

function chunksOf(file: string, bytes: Uint8Array): Chunk[] {
  const fields = view(bytes);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at + 12 <= bytes.length;) {
    const length = fields.getUint32(at);
    if (at + 12 + length > bytes.length) break;
    const named = bytes.subarray(at + 4, at + 8 + length);
    const type = Buffer.from(named.subarray(0, 4)).toString('latin1');
    if (NEEDED.includes(type)) {
      if (crc32(named) !== fields.getUint32(at + 8 + length)) throw broken(file, `holds a ${type} chunk that its checksum contradicts`);
      if (type === 'IHDR' && chunks.length > 0) throw broken(file, 'has two PNG headers');
      chunks.push({ type, data: named.subarray(4) });
    }
    if (type === 'IEND') return chunks;
    at += 12 + length;
  }
  throw broken(file, 'ends before its image does');
}

/** Bytes of the filtered rows of the whole image. */
function rawLength({ width, height, channels, depth, interlaced }: Header): number {
  const rows = (w: number, h: number): number => (w === 0 ? 0 : h * (1 + Math.ceil((w * channels * depth) / 8)));
  if (!interlaced) return rows(width, height);
  return ADAM7.reduce((sum, [x, y, dx, dy]) => sum + rows(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)), 0);
}

function inflated(file: string, data: Uint8Array, wanted: number): Uint8Array {
  try {
    return inflateSync(data, { maxOutputLength: wanted });
  } catch (error) {
    const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw broken(file, tooLong ? 'unpacks to more than its size asks for' : `is damaged (PNG: ${(error as Error).message})`, error);
  }
}

function written({ type, data }: Chunk): Uint8Array {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  return chunk;
}

/** One number for each sample, also where several share a byte. */
function unpacked(data: ArrayLike<number>, { width, height, channels, depth }: Header): ArrayLike<number> {
  if (depth >= 8) return data;
  const perRow = width * channels;
  const rowBytes = Math.ceil((perRow * depth) / 8);
  const samples = new Uint8Array(perRow * height);
  for (let row = 0; row < height; row++)
    for (let i = 0; i < perRow; i++) {
      const bit = i * depth;
      samples[row * perRow + i] = (data[row * rowBytes + (bit >> 3)]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
    }
  return samples;
}

function coloured(file: string, indices: ArrayLike<number>, palette: Uint8Array | undefined): Float32Array {
  if (!palette) throw broken(file, 'has no palette');
  const values = new Float32Array(indices.length * 3);
  for (let i = 0; i < indices.length; i++)
    for (let channel = 0; channel < 3; channel++) values[i * 3 + channel] = (palette[indices[i]! * 3 + channel] ?? 0) / 255;
  return values;
}
