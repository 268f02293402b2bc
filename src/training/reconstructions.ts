/** One image, what the encoder saw of it and what was painted: bytes as base64, in the order (row, column, channel). */
export interface Reconstruction {
  readonly original: string;
  /** What the encoder saw; hidden values are 0. */
  readonly seen: string;
  /** 1 for each hidden value, else 0; absent where the encoder saw the whole image with noise. */
  readonly hidden?: string;
  /** Painted where hidden, else the original; the whole image as it was painted where nothing was hidden. */
  readonly painted: string;
  /** Mean squared error of what was painted, in units of the squared range of the values. */
  readonly error: number;
}

/** A few held-out images as a pre-trained model paints them: `reconstructions.json` beside the weights of a run. */
export interface Reconstructions {
  readonly version: 1;
  readonly height: number;
  readonly width: number;
  /** 1 (grey) or 3 (red, green, blue); of other images the first channel is kept. */
  readonly channels: 1 | 3;
  readonly images: readonly Reconstruction[];
}

/** Name of the file in the folder of a run's weights. */
export const RECONSTRUCTIONS_FILE = 'reconstructions.json';
