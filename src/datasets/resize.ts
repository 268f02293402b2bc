/** Which positions of the old axis make up one position of the new one, and how much each counts; weights sum to 1. */
interface Share {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Averages over the area that a new position covers where the axis shrinks, interpolates between neighbours' centres where it grows. */
function axisShares(from: number, to: number): readonly Share[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    if (scale > 1) {
      const [start, end] = [i * scale, (i + 1) * scale];
      const [first, last] = [Math.floor(start), Math.min(from, Math.ceil(end - 1e-9))];
      const weights = Array.from({ length: last - first }, (_, k) => (Math.min(first + k + 1, end) - Math.max(first + k, start)) / scale);
      return { first, weights };
    }
    const centre = Math.min(Math.max((i + 0.5) * scale - 0.5, 0), from - 1);
    const first = Math.min(Math.floor(centre), Math.max(from - 2, 0));
    const share = centre - first;
    return { first, weights: from === 1 ? [1] : [1 - share, share] };
  });
}

interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Brings one image to another size, values row by row: area averages along an axis that shrinks, bilinear along one that grows. */
export type Resizer = (values: Float32Array) => Float32Array;

/** The resizer between two sizes; its weights are computed once. */
export function resizer({ height, width, channels }: Size, [toHeight, toWidth]: readonly [number, number]): Resizer {
  if (height === toHeight && width === toWidth) return values => values;
  const [rows, columns] = [axisShares(height, toHeight), axisShares(width, toWidth)];
  return values => {
    const narrowed = new Float32Array(height * toWidth * channels);
    for (let row = 0; row < height; row++)
      columns.forEach(({ first, weights }, column) => {
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0;
          for (let k = 0; k < weights.length; k++) sum += weights[k]! * values[(row * width + first + k) * channels + channel]!;
          narrowed[(row * toWidth + column) * channels + channel] = sum;
        }
      });
    const line = toWidth * channels;
    const resized = new Float32Array(toHeight * line);
    rows.forEach(({ first, weights }, row) => {
      for (let i = 0; i < line; i++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * narrowed[(first + k) * line + i]!;
        resized[row * line + i] = sum;
      }
    });
    return resized;
  };
}
