import { crc32 } from 'node:zlib';

/** The CRC-32 of a text as eight hexadecimal digits: tells every single damaged byte, and nearly every other damage. */
export const checksum = (text: string): string => hexadecimal(crc32(text));

const hexadecimal = (sum: number): string => sum.toString(16).padStart(8, '0');

/** How many characters a checksum adds to an object. */
const ADDED = ',"crc":"00000000"'.length;

/** The JSON of an object with a last key, `crc`: the checksum of the JSON without it. */
export const withChecksum = (json: string): string => `${json.slice(0, -1)},"crc":"${checksum(json)}"}`;

/** Whether the last key of an object in JSON is the checksum of the JSON without it. */
export const fitsChecksum = (text: string): boolean =>
  text.endsWith(`,"crc":"${hexadecimal(crc32('}', crc32(text.slice(0, -ADDED - 1))))}"}`);

/** The JSON without its checksum; undefined where the two do not fit, and where there is none. */
export const withoutChecksum = (text: string): string | undefined => (fitsChecksum(text) ? `${text.slice(0, -ADDED - 1)}}` : undefined);
