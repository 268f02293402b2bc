import { Fault } from '../common/fault';
import { sampleSize, type Samples } from '../datasets/samples';

/**
 * Images cut into square patches once, so that a training step only copies rows. Patches go row by row over the image;
 * within a patch the values are ordered (row, column, channel), as `einops` would write "b (h p) (w q) c -> b (h w) (p q c)".
 */
export class PatchSet {
  readonly count: number;
  /** Patches per image. */
  readonly tokens: number;
  /** Values per patch. */
  readonly patchSize: number;
  private readonly values: Float32Array;

  /** @throws Fault when `patch` does not divide both sides of the image */
  constructor(samples: Samples, patch: number) {
    const { count, height, width, channels } = samples;
    if (height % patch !== 0 || width % patch !== 0)
      throw new Fault(
        `Patches of ${patch} × ${patch} do not tile images of ${height} × ${width}`,
        'choose a patch that divides both sides',
      );
    this.count = count;
    this.tokens = (height / patch) * (width / patch);
    this.patchSize = patch * patch * channels;
    this.values = new Float32Array(samples.values.length);
    const run = patch * channels;
    const size = sampleSize(samples);
    let to = 0;
    for (let image = 0; image < count; image++)
      for (let top = 0; top < height; top += patch)
        for (let left = 0; left < width; left += patch)
          for (let row = top; row < top + patch; row++, to += run) {
            const from = image * size + (row * width + left) * channels;
            this.values.set(samples.values.subarray(from, from + run), to);
          }
  }

  /** The patches of the images at `indices`: `(indices.length · tokens) × patchSize`, padded with empty images up to `atLeast`. */
  rows(indices: ArrayLike<number>, atLeast = indices.length): Float32Array {
    const size = this.tokens * this.patchSize;
    const rows = new Float32Array(Math.max(atLeast, indices.length) * size);
    for (let i = 0; i < indices.length; i++) rows.set(this.values.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
    return rows;
  }
}
