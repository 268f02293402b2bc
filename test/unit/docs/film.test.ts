import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { animatedGif } from '../../workbench/animatedGif.mjs';
import { plainPng } from '../support/pngBytes';

interface Read {
  readonly width: number;
  readonly height: number;
  /** Milliseconds that each frame is shown. */
  readonly frames: readonly number[];
  readonly isEndless: boolean;
}

/** What a GIF says of itself: walks over its blocks without unpacking the pictures. */
function readGif(bytes: Uint8Array): Read {
  const gif = Buffer.from(bytes);
  assert.equal(gif.toString('latin1', 0, 6), 'GIF89a');
  const frames: number[] = [];
  let isEndless = false;
  const tableBytes = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + tableBytes(gif[10]!);
  const skipBlocks = () => {
    for (; gif[at]! > 0; at += gif[at]! + 1);
    at++;
  };
  while (gif[at] !== 0x3b) {
    if (gif[at] === 0x21) {
      if (gif[at + 1] === 0xf9) frames.push(10 * gif.readUInt16LE(at + 4));
      isEndless ||= gif.toString('latin1', at + 3, at + 14) === 'NETSCAPE2.0' && gif.readUInt16LE(at + 16) === 0;
      at += 2;
    } else {
      assert.equal(gif[at], 0x2c, `a block at ${at}`);
      at += 10 + tableBytes(gif[at + 9]!) + 1;
    }
    skipBlocks();
  }
  assert.equal(at, gif.length - 1, 'nothing behind the end');
  return { width: gif.readUInt16LE(6), height: gif.readUInt16LE(8), frames, isEndless };
}

/** A small picture whose columns differ. */
const picture = (width: number, height: number, shift: number) => plainPng(width, height, 3, i => (i * 7 + shift) % 256);

describe('an animated picture', () => {
  it('holds every frame for as long as it says, and begins again', () => {
    const frames = [0, 1, 2].map(shift => ({ png: picture(30, 20, shift), milliseconds: 500 + 100 * shift }));
    assert.deepEqual(readGif(animatedGif(frames)), { width: 30, height: 20, frames: [500, 600, 700], isEndless: true });
  });

  it('writes what does not change once', () => {
    const png = picture(200, 200, 0);
    const one = animatedGif([{ png, milliseconds: 100 }]).length;
    assert.ok(animatedGif([100, 200, 300].map(milliseconds => ({ png, milliseconds }))).length < 1.2 * one);
  });

  it('is refused without frames, or with frames that differ in size', () => {
    assert.throws(() => animatedGif([]), /needs frames/);
    const sizes = [30, 31].map(width => ({ png: picture(width, 20, 0), milliseconds: 100 }));
    assert.throws(() => animatedGif(sizes), /Frame 1 is 31 × 20 pixels, the first 30 × 20/);
  });

  it('stands in the README: short, small, and of the size of the other pictures', () => {
    assert.match(readFileSync('README.md', 'utf8'), /^!\[[^\]]+\]\(docs\/images\/film\.gif\)$/m);
    const bytes = readFileSync('docs/images/film.gif');
    const { width, height, frames, isEndless } = readGif(bytes);
    assert.deepEqual([width, height, isEndless], [1400, 900, true]);
    assert.ok(frames.length >= 10, `${frames.length} frames`);
    assert.ok(frames.reduce((sum, milliseconds) => sum + milliseconds, 0) <= 12_000);
    assert.ok(bytes.length <= 1_500_000, `${bytes.length} bytes`);
  });
});
