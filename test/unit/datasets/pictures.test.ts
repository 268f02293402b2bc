import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { encode } from 'jpeg-js';
import { FileFault } from '../../../src/common/fault';
import { decodePicture, pictureShape } from '../../../src/datasets/decodePicture';
import { pngBytes, plainPng } from '../support/pngBytes';

const thousandths = (values: Float32Array) => [...values].map(value => Math.round(value * 1000));

describe('PNG', () => {
  const cases: readonly (readonly [what: string, bytes: Buffer, channels: number, thousandths: readonly number[]])[] = [
    ['grey', plainPng(2, 2, 1, i => [0, 51, 102, 255][i]!), 1, [0, 200, 400, 1000]],
    ['colours', plainPng(1, 2, 3, i => 51 * i), 3, [0, 200, 400, 600, 800, 1000]],
    ['colours and opacity', plainPng(1, 1, 4, i => [51, 102, 153, 0][i]!), 4, [200, 400, 600, 0]],
    ['grey of 16 bits', pngBytes(2, 1, Uint8Array.of(0, 0xff, 0xff, 0x80, 0), { depth: 16 }), 1, [1000, 500]],
    ['grey of 1 bit', pngBytes(3, 2, Uint8Array.of(0, 0b10100000, 0, 0b01000000), { depth: 1 }), 1, [1000, 0, 1000, 0, 1000, 0]],
    ['one pixel of 4 bits', pngBytes(1, 1, Uint8Array.of(0, 0x60), { depth: 4 }), 1, [400]],
    [
      'a palette of 2 bits',
      pngBytes(3, 1, Uint8Array.of(0, 0b00011000), { depth: 2, colourType: 3, palette: [0, 0, 0, 255, 0, 51, 0, 255, 0] }),
      3,
      [0, 0, 0, 1000, 0, 200, 0, 1000, 0],
    ],
    ['a filter', pngBytes(3, 1, Uint8Array.of(1, 51, 51, 51)), 1, [200, 400, 600]],
    ['interlaced rows', pngBytes(2, 2, Uint8Array.of(0, 51, 0, 102, 0, 153, 204), { interlaced: true }), 1, [200, 400, 600, 800]],
  ];
  for (const [what, bytes, channels, expected] of cases)
    it(`reads ${what}`, () => {
      const picture = decodePicture('a.png', bytes);
      assert.equal(picture.channels, channels);
      assert.deepEqual(thousandths(picture.values), expected);
      const { values: _values, ...shape } = picture;
      assert.deepEqual(pictureShape('a.png', bytes.subarray(0, 40)), shape);
    });

  const whole = plainPng(4, 4, 1, i => 7 * i);
  const damaged = Buffer.from(whole);
  damaged[45]! ^= 1;
  const refusals: readonly (readonly [what: string, bytes: Buffer, sentence: RegExp])[] = [
    ['a page', Buffer.from('<html>'), /a\.png is neither a PNG nor a JPEG: convert it/],
    ['a cut file', whole.subarray(0, -20), /a\.png ends before its image does: copy or download it again\.$/],
    ['a cut header', whole.subarray(0, 20), /a\.png ends within its header/],
    ['a flipped bit', damaged, /a\.png holds a IDAT chunk that its checksum contradicts/],
    ['half the rows', pngBytes(4, 4, new Uint8Array(10)), /a\.png ends within its image/],
    [
      'a bomb',
      pngBytes(2, 2, new Uint8Array(), { data: deflateSync(new Uint8Array(1 << 24)) }),
      /a\.png unpacks to more than its size asks for/,
    ],
    [
      'an absurd size',
      pngBytes(1 << 20, 1 << 20, new Uint8Array()),
      /a\.png is 1048576 × 1048576 pixels large, too much to decode: shrink it/,
    ],
    ['no size', pngBytes(0, 3, new Uint8Array()), /a\.png is 3 × 0 pixels large/],
    ['a palette that is not there', pngBytes(1, 1, Uint8Array.of(0, 0), { colourType: 3 }), /a\.png has no palette/],
    ['no deflate', pngBytes(1, 1, new Uint8Array(), { data: Buffer.from('hello') }), /a\.png is damaged \(PNG: /],
    ['an unknown filter', pngBytes(1, 1, Uint8Array.of(9, 0)), /a\.png is damaged \(PNG: Unsupported filter: 9\)/],
  ];
  for (const [what, bytes, sentence] of refusals)
    it(`refuses ${what}`, () =>
      assert.throws(
        () => decodePicture('a.png', bytes),
        error => error instanceof FileFault && sentence.test(error.message),
      ));
});

describe('JPEG', () => {
  const side = 16;
  /** Left half of one colour, right half of another: what survives compression. */
  const halves = (left: readonly number[], right: readonly number[]): Buffer => {
    const data = Buffer.from(Array.from({ length: side * side }, (_, i) => [...(i % side < side / 2 ? left : right), 255]).flat());
    return Buffer.from(encode({ width: side, height: side, data }, 95).data);
  };
  const bytes = halves([200, 40, 40], [20, 20, 180]);

  it('reads colours up to what compression loses', () => {
    const { values, ...shape } = decodePicture('a.jpg', bytes);
    assert.deepEqual(shape, { height: side, width: side, channels: 3 });
    const pixel = (column: number) => [0, 1, 2].map(channel => values[(5 * side + column) * 3 + channel]! * 255);
    for (const [column, colour] of [
      [2, [200, 40, 40]],
      [13, [20, 20, 180]],
    ] as const)
      pixel(column).forEach((value, i) => assert.ok(Math.abs(value - colour[i]!) < 12, `${column}: ${pixel(column).join(', ')}`));
    assert.deepEqual(pictureShape('a.jpg', bytes.subarray(0, 700)), shape);
  });

  const huge = Buffer.from(bytes);
  huge.writeUInt16BE(65_000, huge.indexOf(Buffer.from([0xff, 0xc0])) + 5);
  huge.writeUInt16BE(65_000, huge.indexOf(Buffer.from([0xff, 0xc0])) + 7);
  const refusals: readonly (readonly [what: string, bytes: Buffer, sentence: RegExp])[] = [
    ['a cut file', bytes.subarray(0, bytes.length - 40), /a\.jpg ends before its image does: copy or download it again\.$/],
    ['a cut header', bytes.subarray(0, 100), /a\.jpg has no JPEG frame header at its start/],
    ['an absurd size', huge, /a\.jpg is 65000 × 65000 pixels large, too much to decode/],
  ];
  for (const [what, broken, sentence] of refusals)
    it(`refuses ${what}`, () =>
      assert.throws(
        () => decodePicture('a.jpg', broken),
        error => error instanceof FileFault && sentence.test(error.message),
      ));
});
