import { FileFault } from '../common/fault';
import { decodeJpeg, isJpeg, jpegShape } from './decodeJpeg';
import { decodePng, isPng, pngShape } from './decodePng';
import type { Picture, PictureShape } from './picture';

const neither = (file: string) => new FileFault(file, 'is neither a PNG nor a JPEG', 'convert it or take it out of the folder');

/** Decodes a PNG or a JPEG, by what it is and not by its name. Throws a `FileFault`. */
export function decodePicture(file: string, bytes: Uint8Array): Picture {
  if (isPng(bytes)) return decodePng(file, bytes);
  if (isJpeg(bytes)) return decodeJpeg(file, bytes);
  throw neither(file);
}

/** Size and channels from the beginning of a file. Throws a `FileFault`. */
export function pictureShape(file: string, bytes: Uint8Array): PictureShape {
  if (isPng(bytes)) return pngShape(file, bytes);
  if (isJpeg(bytes)) return jpegShape(file, bytes);
  throw neither(file);
}
