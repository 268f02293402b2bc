import { Fault } from '../common/fault';
import type { SampleShape } from '../datasets/samples';

/** Height, width and channels of one image; a row of a table has height and channels 1. */
export type ImageShape = Pick<SampleShape, 'height' | 'width' | 'channels'>;

/**
 * In which order an encoder wants the values of an image: as rows of square patches, or whole as one row. Patches go row by row
 * over the image; within a patch, and within a whole image, the values are ordered (row, column, channel), as `einops` would
 * write "b (h p) (w q) c -> b (h w) (p q c)".
 */
export class ImageLayout {
  /** Rows per image: its patches, or 1. */
  readonly tokens: number;
  /** Values per row. */
  readonly patchSize: number;
  /** Values per image. */
  readonly size: number;
  /** For each value of a laid-out image its place in the image as it was read. */
  readonly places: Int32Array;

  /**
   * @param patch side of the patches in pixels; the whole image is one row when absent
   * @throws Fault when `patch` does not divide both sides of the image
   */
  constructor(
    readonly image: ImageShape,
    readonly patch?: number,
  ) {
    const { height, width, channels } = image;
    const [rows, columns] = patch === undefined ? [height, width] : [patch, patch];
    if (height % rows !== 0 || width % columns !== 0)
      throw new Fault(
        `Patches of ${rows} × ${columns} do not tile images of ${height} × ${width}`,
        'choose a patch that divides both sides',
      );
    this.size = height * width * channels;
    this.tokens = (height / rows) * (width / columns);
    this.patchSize = rows * columns * channels;
    this.places = new Int32Array(this.size);
    const run = columns * channels;
    let to = 0;
    for (let top = 0; top < height; top += rows)
      for (let left = 0; left < width; left += columns)
        for (let row = top; row < top + rows; row++) for (let i = 0; i < run; i++) this.places[to++] = (row * width + left) * channels + i;
  }

  /** Shape of the tensor that holds so many images: `images · tokens` rows of `patchSize` values. */
  shape(images: number): [number, number] {
    return [images * this.tokens, this.patchSize];
  }
}
