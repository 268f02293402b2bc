import { crc32 } from 'node:zlib';

/**
 * A PNG of its parts; header and end are added.
 * @param {{ width: number, height: number, depth: number, colourType: number, interlaced?: boolean }} header
 * @param {readonly (readonly [type: string, data: Uint8Array])[]} parts
 * @returns {Buffer}
 */
export function pngOf({ width, height, depth, colourType, interlaced = false }, parts) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...parts.map(([type, data]) => chunk(type, data)),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** @param {string} type @param {Uint8Array} data */
function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(8 + named.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.set(named, 4);
  bytes.writeUInt32BE(crc32(named), 4 + named.length);
  return bytes;
}
