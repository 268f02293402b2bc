// Pictures of a screen, one after the other, as one GIF that runs again and again. What does not change from one to the next is not written twice.
import gifenc from 'gifenc';
import { channelsOf, paletteOf, readScreen } from './palette.mjs';

/** One place of the palette means: as before. */
const COLOURS = 255;

/**
 * @param {readonly { png: Uint8Array, milliseconds: number }[]} frames pictures of one size, and how long each is shown
 * @returns {Uint8Array}
 * @throws when there are no frames or they differ in size
 */
export function animatedGif(frames) {
  const screens = frames.map(({ png }) => readScreen(png));
  const [first] = screens;
  if (!first) throw new Error('An animated picture needs frames.');
  const { width, height } = first;
  const { palette, places } = paletteOf(screens, COLOURS);
  const colours = palette.map(channelsOf);
  const unchanged = colours.push([0, 0, 0]) - 1;
  const gif = gifenc.GIFEncoder();
  /** @type {Uint8Array | undefined} */
  let before;
  for (const [index, screen] of screens.entries()) {
    if (screen.width !== width || screen.height !== height)
      throw new Error(`Frame ${index} is ${screen.width} × ${screen.height} pixels, the first ${width} × ${height}.`);
    const now = Uint8Array.from(screen.colours, colour => places.get(colour) ?? 0);
    const drawn = before ? now.map((place, pixel) => (place === before?.[pixel] ? unchanged : place)) : now;
    gif.writeFrame(drawn, width, height, {
      ...(index === 0 ? { palette: colours } : {}),
      delay: frames[index]?.milliseconds ?? 0,
      transparent: index > 0,
      transparentIndex: unchanged,
      dispose: 1,
    });
    before = now;
  }
  gif.finish();
  return gif.bytes();
}
