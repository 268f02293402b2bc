import { crc32, deflateSync } from 'node:zlib';

const chunk = (type: string, data: Uint8Array): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(8 + named.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.set(named, 4);
  bytes.writeUInt32BE(crc32(named), 4 + named.length);
  return bytes;
};

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
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', Uint8Array.from(palette))] : []),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array()),
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
