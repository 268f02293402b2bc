import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, gunzip } from 'node:zlib';
import { FileFault, fileFault } from '../common/fault';

/** An IDX file of unsigned bytes: its dimensions and the values, row-major (LeCun's MNIST format, plain or gzip). */
export interface IdxArray {
  readonly dimensions: readonly number[];
  readonly values: Uint8Array;
}

/** Images as they lie on disk: NHWC bytes in [0, 255]. */
export interface ImageBytes {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;
const TYPE_NAMES: Readonly<Record<number, string>> = {
  0x09: 'signed bytes',
  0x0b: '16-bit integers',
  0x0c: '32-bit integers',
  0x0d: '32-bit floats',
  0x0e: '64-bit floats',
};
/** What is read to know a file's dimensions without reading its data. */
const HEADER_READ = 1 << 16;
const LARGEST_FILE = 2 ** 31 - 1;

const inflate = promisify<Uint8Array, object, Buffer>(gunzip);
const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;
const counted = (count: number) => count.toLocaleString('en-US');

/** Reads images of one or more channels. Throws a `FileFault` that says what is wrong with the file. */
export async function readIdxImages(file: string): Promise<ImageBytes> {
  const { dimensions, values } = await readIdx(file, 'images');
  return { ...imageShape(file, dimensions), values };
}

/** Count and size of the images of a file, from its first bytes alone. Throws a `FileFault`. */
export async function readIdxImageShape(file: string): Promise<Omit<ImageBytes, 'values'>> {
  return imageShape(file, parseHeader(file, await firstBytes(file)).dimensions);
}

/** Reads class numbers, one byte each. Throws a `FileFault` that says what is wrong with the file. */
export async function readIdxLabels(file: string): Promise<Uint8Array> {
  const { dimensions, values } = await readIdx(file, 'labels');
  if (dimensions.length !== 1)
    throw new FileFault(file, `has ${dimensions.length} dimensions where labels have one`, 'name the label file, not the image file');
  return values;
}

/** Reads a whole IDX file of unsigned bytes and insists on its exact length; `what` names its items in faults. */
export async function readIdx(file: string, what = 'items'): Promise<IdxArray> {
  const packed = await wholeFile(file);
  const { bytes, cut } = await unpacked(file, packed);
  const { dimensions, offset } = parseHeader(file, bytes);
  const items = dimensions[0]!;
  const itemSize = dimensions.slice(1).reduce((product, size) => product * size, 1);
  const present = bytes.length - offset;
  if (cut || present < items * itemSize)
    throw new FileFault(
      file,
      present < items * itemSize
        ? `ends after ${counted(Math.floor(present / itemSize))} of ${counted(items)} ${what}`
        : `holds all ${counted(items)} ${what} but its gzip checksum is cut off`,
      'copy or download it again',
    );
  if (present > items * itemSize)
    throw new FileFault(
      file,
      `goes on for ${counted(present - items * itemSize)} bytes after its ${counted(items)} ${what}`,
      'copy or download it again',
    );
  return { dimensions, values: bytes.subarray(offset) };
}

function imageShape(file: string, dimensions: readonly number[]): Omit<ImageBytes, 'values'> {
  const [count, height, width, channels = 1] = dimensions;
  if (dimensions.length < 3 || dimensions.length > 4)
    throw new FileFault(
      file,
      `has ${dimensions.length} dimension${dimensions.length === 1 ? '' : 's'} where images have three or four`,
      'name the image file, not the label file',
    );
  return { count: count!, height: height!, width: width!, channels };
}

function parseHeader(file: string, bytes: Uint8Array): { dimensions: number[]; offset: number } {
  const [zero1, zero2, type, rank] = bytes;
  if (bytes.length < 4 || zero1 !== 0 || zero2 !== 0 || rank === undefined || rank === 0 || rank > 4)
    throw new FileFault(file, 'is not an IDX file: its first bytes are wrong', 'name a file in the format of MNIST');
  if (type !== UNSIGNED_BYTE)
    throw new FileFault(
      file,
      `holds ${TYPE_NAMES[type!] ?? `values of the unknown type 0x${type!.toString(16)}`} where unsigned bytes are expected`,
      'convert it to unsigned bytes',
    );
  const offset = 4 + 4 * rank;
  if (bytes.length < offset) throw new FileFault(file, 'ends within its header', 'copy or download it again');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  if (dimensions.includes(0)) throw new FileFault(file, `holds nothing (${dimensions.join(' × ')})`, 'name a file with at least one item');
  return { dimensions, offset };
}

async function wholeFile(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileFault(file, error);
  });
  if (bytes.length === 0) throw emptyFault(file);
  return bytes;
}

async function firstBytes(file: string): Promise<Uint8Array> {
  const handle = await open(file).catch((error: unknown) => {
    throw fileFault(file, error);
  });
  try {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(HEADER_READ), 0, HEADER_READ, 0);
    if (bytesRead === 0) throw emptyFault(file);
    return (await unpacked(file, buffer.subarray(0, bytesRead))).bytes;
  } catch (error) {
    throw fileFault(file, error);
  } finally {
    await handle.close();
  }
}

/** The bytes themselves, or what gunzip makes of them; `cut` when the gzip stream does not come to its end. */
async function unpacked(file: string, bytes: Uint8Array): Promise<{ bytes: Uint8Array; cut: boolean }> {
  if (!isGzip(bytes)) {
    if (file.endsWith('.gz'))
      throw new FileFault(file, 'is named .gz but is not gzip', 'download it again or drop the ending if it is plain');
    return { bytes, cut: false };
  }
  try {
    return { bytes: await inflate(bytes, { maxOutputLength: LARGEST_FILE }), cut: false };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'Z_BUF_ERROR')
      return { bytes: await inflate(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LARGEST_FILE }), cut: true };
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new FileFault(file, 'unpacks to more than 2 GB', 'split it into smaller files');
    throw new FileFault(file, `is damaged (gzip: ${(error as Error).message})`, 'copy or download it again', { cause: error });
  }
}

const emptyFault = (file: string) => new FileFault(file, 'is empty', 'copy or download it again');
