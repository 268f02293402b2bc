import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, gunzip } from 'node:zlib';
import { FileFault, fileFault } from '../common/fault';
import { counted, type DataSource } from './dataSource';
import { unitValues } from './pixels';
import { fileRecords, heldRecords } from './records';

/** An IDX file of unsigned bytes: its dimensions and the values, row-major (LeCun's MNIST format, plain or gzip). */
interface IdxArray {
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

/** Reads images of one or more channels. Throws a `FileFault` that says what is wrong with the file. */
export async function readIdxImages(file: string): Promise<ImageBytes> {
  const { dimensions, values } = await readIdx(file, 'images');
  return { ...imageShape(file, dimensions), values };
}

/** Count and size of the images of a file, from its first bytes alone. Throws a `FileFault`. */
export async function readIdxImageShape(file: string): Promise<Omit<ImageBytes, 'values'>> {
  return imageShape(file, (await readHeader(file)).dimensions);
}

/** Reads class numbers, one byte each. Throws a `FileFault` that says what is wrong with the file. */
export async function readIdxLabels(file: string): Promise<Uint8Array> {
  const { dimensions, values } = await readIdx(file, 'labels');
  if (dimensions.length !== 1)
    throw new FileFault(file, `has ${dimensions.length} dimensions where labels have one`, 'name the label file, not the image file');
  return values;
}

/** Where the images of a set lie: an IDX file, and one with their labels. */
export interface IdxFiles {
  readonly images: string;
  readonly labels?: string;
}

/** Opens images with their labels: plain files are read piece by piece, .gz files are unpacked into memory. Throws a `FileFault`. */
export async function openIdx({ images, labels }: IdxFiles): Promise<DataSource> {
  const header = await readHeader(images);
  const shape = imageShape(images, header.dimensions);
  const { count } = shape;
  const size = shape.height * shape.width * shape.channels;
  if (header.fileSize !== undefined) requireLength(images, header, header.fileSize - header.offset, 'images');
  const classes = labels === undefined ? undefined : await readIdxLabels(labels);
  if (classes && classes.length !== count)
    throw new FileFault(
      labels!,
      `has ${counted(classes.length)} labels for the ${counted(count)} images of ${images}`,
      'name two files that belong together',
    );
  const records =
    header.fileSize === undefined
      ? heldRecords(size, count, async () => (await readIdxImages(images)).values)
      : fileRecords(images, { offset: header.offset, size, count });
  return {
    ...shape,
    name: images,
    ...(classes && { labels: Uint16Array.from(classes) }),
    files: labels === undefined ? [images] : [images, labels],
    read: async indices => unitValues(await records.read(indices)),
    close: () => records.close(),
  };
}

/** Reads a whole IDX file of unsigned bytes and insists on its exact length; `what` names its items in faults. */
async function readIdx(file: string, what: string): Promise<IdxArray> {
  const { dimensions, offset } = await readHeader(file);
  const wanted = offset + product(dimensions);
  const { bytes, cut } = await unpacked(file, await wholeFile(file), wanted);
  const header = { dimensions, offset };
  requireLength(file, header, bytes.length - offset, what);
  if (cut)
    throw new FileFault(file, `holds all ${counted(dimensions[0]!)} ${what} but its gzip checksum is cut off`, 'copy or download it again');
  return { dimensions, values: bytes.subarray(offset) };
}

/** Throws a `FileFault` when `present` bytes of data are not what the header announces. */
function requireLength(file: string, { dimensions }: Pick<Header, 'dimensions'>, present: number, what: string): void {
  const items = dimensions[0]!;
  const itemSize = product(dimensions.slice(1));
  if (present < items * itemSize)
    throw new FileFault(
      file,
      `ends after ${counted(Math.floor(present / itemSize))} of ${counted(items)} ${what}`,
      'copy or download it again',
    );
  if (present > items * itemSize)
    throw new FileFault(
      file,
      `goes on for ${counted(present - items * itemSize)} bytes after its ${counted(items)} ${what}`,
      'copy or download it again',
    );
}

const product = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

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

interface Header {
  readonly dimensions: number[];
  /** Bytes before the data. */
  readonly offset: number;
  /** Absent where the file is compressed. */
  readonly fileSize?: number;
}

async function wholeFile(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'ERR_FS_FILE_TOO_LARGE' ? tooLarge(file) : fileFault(file, error);
  });
  return bytes;
}

async function readHeader(file: string): Promise<Header> {
  const handle = await open(file).catch((error: unknown) => {
    throw fileFault(file, error);
  });
  try {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(HEADER_READ), 0, HEADER_READ, 0);
    if (bytesRead === 0) throw new FileFault(file, 'is empty', 'copy or download it again');
    const start = buffer.subarray(0, bytesRead);
    const header = parseHeader(file, (await unpacked(file, start, LARGEST_FILE)).bytes);
    return isGzip(start) ? header : { ...header, fileSize: (await handle.stat()).size };
  } catch (error) {
    throw fileFault(file, error);
  } finally {
    await handle.close();
  }
}

/**
 * The bytes themselves, or what gunzip makes of them, at most one block more than `wanted`; `cut` when the gzip stream does not come
 * to its end.
 */
async function unpacked(file: string, bytes: Uint8Array, wanted: number): Promise<{ bytes: Uint8Array; cut: boolean }> {
  if (!isGzip(bytes)) {
    if (file.endsWith('.gz'))
      throw new FileFault(file, 'is named .gz but is not gzip', 'download it again or drop the ending if it is plain');
    return { bytes, cut: false };
  }
  if (wanted > LARGEST_FILE) throw tooLarge(file);
  const maxOutputLength = Math.min(LARGEST_FILE, wanted + HEADER_READ);
  try {
    return { bytes: await inflate(bytes, { maxOutputLength }), cut: false };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'Z_BUF_ERROR') return { bytes: await inflate(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength }), cut: true };
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new FileFault(file, 'unpacks to far more than its header announces', 'copy or download it again');
    throw new FileFault(file, `is damaged (gzip: ${(error as Error).message})`, 'copy or download it again', { cause: error });
  }
}

const tooLarge = (file: string) => new FileFault(file, 'holds more than 2 GB', 'unpack it: plain image files are read piece by piece');
