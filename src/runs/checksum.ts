import { crc32 } from 'node:zlib';

/** The CRC-32 of a text as eight hexadecimal digits: tells every single damaged byte, and nearly every other damage. */
export const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** How many characters a checksum adds to an object. */
const ADDED = ',"crc":"00000000"'.length;

/** The JSON of an object with a last key, `crc`: the checksum of the JSON without it. */
export const withChecksum = (json: string): string => `${json.slice(0, -1)},"crc":"${checksum(json)}"}`;

/** The JSON without its checksum; undefined where the two do not fit, and where there is none. */
export function withoutChecksum(text: string): string | undefined {
  const json = `${text.slice(0, -ADDED - 1)}}`;
  return text.endsWith(`,"crc":"${checksum(json)}"}`) ? json : undefined;
}
