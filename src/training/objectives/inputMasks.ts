import type { Random } from '../../common/random';
import type { ImageLayout, ImageShape } from '../imageLayout';

/** How pixels of whole images are hidden. */
export interface InputMasking {
  /** One rectangle at a random place, or square cells that are chosen one by one. */
  readonly mask: 'region' | 'random';
  /** Side of the cells of a random mask in pixels. */
  readonly cell: number;
}

/** Row, column, height and width in pixels. */
type Rectangle = readonly [top: number, left: number, height: number, width: number];

/**
 * 1 for each masked value, else 0, of `images` images in the order of the layout: `images · layout.size` values. At least one pixel
 * of each image is masked and at least one is seen; all channels of a pixel share its fate.
 */
export function drawInputMasks(
  random: Random,
  images: number,
  layout: ImageLayout,
  { mask, cell }: InputMasking,
  maskRatio: number,
): Float32Array {
  const { image, size, places } = layout;
  const masked = new Float32Array(images * size);
  const natural = new Float32Array(size);
  const cells = mask === 'random' ? cellsOf(image, cell) : [];
  const count = Math.min(cells.length - 1, Math.max(1, Math.round(maskRatio * cells.length)));
  for (let one = 0; one < images; one++) {
    const chosen =
      mask === 'region'
        ? [drawRegion(random, image, maskRatio)]
        : Array.from(random.permutation(cells.length).subarray(0, count), i => cells[i]!);
    natural.fill(0);
    for (const rectangle of chosen) paint(natural, image, rectangle);
    for (let i = 0; i < size; i++) masked[one * size + i] = natural[places[i]!]!;
  }
  return masked;
}

/** Square cells that tile an image; those at its lower and right edge may be smaller. */
function cellsOf({ height, width }: ImageShape, cell: number): Rectangle[] {
  const cells: Rectangle[] = [];
  for (let top = 0; top < height; top += cell)
    for (let left = 0; left < width; left += cell) cells.push([top, left, Math.min(cell, height - top), Math.min(cell, width - left)]);
  return cells;
}

/** A rectangle of the image's proportions whose share of the area comes nearest to the ratio, anywhere in the image. */
function drawRegion(random: Random, { height, width }: ImageShape, ratio: number): Rectangle {
  const rows = height === 1 ? 1 : Math.max(1, Math.round(Math.sqrt(ratio * (width === 1 ? ratio : 1)) * height));
  const columns = Math.max(1, Math.round((ratio * height * width) / rows));
  const whole = rows >= height && columns >= width;
  const [h, w] = whole ? (width > 1 ? [height, width - 1] : [height - 1, width]) : [Math.min(rows, height), Math.min(columns, width)];
  return [random.integer(height - h + 1), random.integer(width - w + 1), h, w];
}

function paint(values: Float32Array, { width, channels }: ImageShape, [top, left, height, columns]: Rectangle): void {
  for (let row = top; row < top + height; row++) {
    const from = (row * width + left) * channels;
    values.fill(1, from, from + columns * channels);
  }
}
