// As PNG with a palette pictures of a screen take a third of the room, and nobody sees the difference.
import { crc32, deflateSync } from 'node:zlib';
import { channelsOf, paletteOf, readScreen } from './palette.mjs';

/**
 * A PNG of eight bits a channel again, its 256 most frequent colours kept and every other one replaced by the nearest of them; opacity is dropped.
 * @param {Uint8Array} png
 * @returns {Buffer}
 */
export function palettePng(png) {
  const screen = readScreen(png);
  const { width, height, colours } = screen;
  const { palette, places } = paletteOf([screen], 256);
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = places.get(colours[y * width + x] ?? 0) ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(channelsOf))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(8 + named.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.set(named, 4);
  bytes.writeUInt32BE(crc32(named), 4 + named.length);
  return bytes;
}
