// As PNG with a palette pictures of a screen take a third of the room, and nobody sees the difference.
import { deflateSync } from 'node:zlib';
import { channelsOf, paletteOf, readScreen } from './palette.mjs';
import { pngOf } from './png.mjs';

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
  return pngOf({ width, height, depth: 8, colourType: 3 }, [
    ['PLTE', Buffer.from(palette.flatMap(channelsOf))],
    ['IDAT', deflateSync(rows, { level: 9 })],
  ]);
}
