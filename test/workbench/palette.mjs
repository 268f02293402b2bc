// Pictures of a screen have few colours: a palette of the most frequent ones shows them as they are.
import { decode } from 'fast-png';

/**
 * A picture of a screen: its colours as red × 65,536 + green × 256 + blue, row by row.
 * @typedef {{ width: number, height: number, colours: Uint32Array }} Screen
 */

/**
 * Reads a PNG of eight bits a channel; opacity is dropped.
 * @param {Uint8Array} png
 * @returns {Screen}
 */
export function readScreen(png) {
  const { width, height, channels, depth, data } = decode(png);
  if (depth !== 8 || channels < 3) throw new Error(`${channels} channels of ${depth} bits are no picture of a screen.`);
  const colours = Uint32Array.from({ length: width * height }, (_, i) => {
    const at = i * channels;
    return ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
  });
  return { width, height, colours };
}

/**
 * The most frequent colours of pictures, and for each of their colours the place of the nearest of those.
 * @param {readonly Screen[]} screens
 * @param {number} most how many colours are kept
 * @returns {{ palette: number[], places: Map<number, number> }}
 */
export function paletteOf(screens, most) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const { colours } of screens) for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const byFrequency = [...counts].sort(([a, many], [b, more]) => more - many || a - b).map(([colour]) => colour);
  const palette = byFrequency.slice(0, most);
  return { palette, places: new Map(byFrequency.map(colour => [colour, nearest(palette, colour)])) };
}

/** The three channels of a colour. @param {number} colour @returns {[red: number, green: number, blue: number]} */
export const channelsOf = colour => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff];

/** Index of the colour that is nearest. @param {readonly number[]} palette @param {number} colour */
function nearest(palette, colour) {
  let [best, least] = [0, Infinity];
  for (const [index, other] of palette.entries()) {
    const distance = [16, 8, 0].reduce((sum, shift) => sum + (((colour >> shift) & 0xff) - ((other >> shift) & 0xff)) ** 2, 0);
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}
