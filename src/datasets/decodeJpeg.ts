import { decode } from 'jpeg-js';
import { FileFault } from '../common/fault';
import { MOST_PIXELS, type Picture, type PictureShape } from './picture';

/** Enough for the largest progressive image that is accepted. */
const MOST_MEGABYTES = 1024;
/** A progressive image has ten or so; thousands would only burn time. */
const MOST_SCANS = 200;

const broken = (file: string, problem: string, cause?: unknown) => new FileFault(file, problem, 'copy or download it again', { cause });

/** Whether a file that begins with these bytes is a JPEG. */
export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

/** Size and channels from the first bytes of a file, as far as its frame header. Throws a `FileFault`. */
export function jpegShape(file: string, bytes: Uint8Array): PictureShape {
  const fields = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // Frame headers SOF0 … SOF15, among which DHT, JPG and DAC are not.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width, components] = [fields.getUint16(at + 5), fields.getUint16(at + 7), bytes[at + 9]!];
      if (marker > 0xc2) throw new FileFault(file, 'is a JPEG of a rare kind that is not read', 'save it as a baseline JPEG or a PNG');
      if (height === 0 || width === 0) throw broken(file, `is ${height} × ${width} pixels large`);
      if (height * width > MOST_PIXELS)
        throw new FileFault(file, `is ${height} × ${width} pixels large, too much to decode`, 'shrink it or take it out of the folder');
      if (![1, 3, 4].includes(components)) throw broken(file, `has ${components} colour components`);
      return { height, width, channels: components === 1 ? 1 : 3 };
    }
    at += 2 + fields.getUint16(at + 2);
  }
  throw broken(file, 'has no JPEG frame header at its start');
}

/** Decodes a baseline or progressive JPEG; an orientation in its metadata is not applied. Throws a `FileFault`. */
export function decodeJpeg(file: string, bytes: Uint8Array): Picture {
  const { height, width, channels } = jpegShape(file, bytes);
  requireWhole(file, bytes);
  try {
    const options = { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, maxMemoryUsageInMB: MOST_MEGABYTES } as const;
    const { data, ...size } = decode(bytes, options);
    if (size.height !== height || size.width !== width) throw broken(file, 'has two sizes');
    const step = channels === 1 ? 3 : 1;
    return { height, width, channels, values: Float32Array.from({ length: height * width * channels }, (_, i) => data[i * step]! / 255) };
  } catch (error) {
    throw error instanceof FileFault ? error : broken(file, `is damaged (JPEG: ${(error as Error).message})`, error);
  }
}

/** Throws when the image is cut off or has an absurd number of scans. */
function requireWhole(file: string, bytes: Uint8Array): void {
  let scans = 0;
  for (let at = 2; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    if (bytes[at + 1] === 0xda && ++scans > MOST_SCANS) throw broken(file, `has more than ${MOST_SCANS} scans`);
    if (bytes[at + 1] === 0xd9 && scans > 0) return;
  }
  throw broken(file, 'ends before its image does');
}
