import { deflateSync } from 'node:zlib';
import { pngOf } from '../../workbench/png.mjs';

export interface PngOptions {
  readonly depth?: number;
  /** 0 grey, 2 colours, 3 palette, 4 and 6 with opacity. */
  readonly colourType?: number;
  readonly palette?: readonly number[];
  readonly interlaced?: boolean;
  /** What stands in the place of the compressed rows. */
  readonly data?: Uint8Array;
}

/** The bytes of a PNG from its unfiltered rows: each a filter byte 0 and then the packed samples. */
export function pngBytes(width: number, height: number, rows: Uint8Array, options: PngOptions = {}): Buffer {
  const { depth = 8, colourType = 0, palette, interlaced = false, data = deflateSync(rows) } = options;
  return pngOf({ width, height, depth, colourType, interlaced }, [
    ...(palette ? [['PLTE', Uint8Array.from(palette)] as const] : []),
    ['IDAT', data],
  ]);
}

/** A PNG of 8 bits a sample: 1 channel grey, 3 colours, 4 colours and opacity. */
export function plainPng(width: number, height: number, channels: 1 | 3 | 4, sample: (index: number) => number): Buffer {
  const line = width * channels;
  const rows = Uint8Array.from({ length: height * (line + 1) }, (_, i) =>
    i % (line + 1) === 0 ? 0 : sample(Math.floor(i / (line + 1)) * line + (i % (line + 1)) - 1),
  );
  return pngBytes(width, height, rows, { colourType: { 1: 0, 3: 2, 4: 6 }[channels] });
}
