/** One decoded image: values in [0, 1], row by row, pixel by pixel, channel by channel. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  /** 1 grey, 2 grey and opacity, 3 red, green, blue, 4 the same and opacity. */
  readonly channels: number;
  readonly values: Float32Array;
}

/** What the first bytes of an image file say. */
export type PictureShape = Omit<Picture, 'values'>;

/** Images of more pixels are refused before they are decoded. */
export const MOST_PIXELS = 1 << 25;
