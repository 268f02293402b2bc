import { Fault } from '../common/fault';
import { sampleSize, type Samples } from '../datasets/samples';

/**
 * Images cut into square patches as they are read. Patches go row by row over the image; within a patch the values are ordered
 * (row, column, channel), as `einops` would write "b (h p) (w q) c -> b (h w) (p q c)".
 */
export class PatchSet {
  readonly count: number;
  /** Patches per image. */
  readonly tokens: number;
  /** Values per patch. */
  readonly patchSize: number;
  /** The interval that all values lie in. */
  readonly range: readonly [low: number, high: number];
  /** For each value of a cut image its place in the whole one. */
  private readonly places: Int32Array;

  /** @throws Fault when `patch` does not divide both sides of the image */
  constructor(
    private readonly samples: Samples,
    patch: number,
  ) {
    const { count, height, width, channels } = samples;
    if (height % patch !== 0 || width % patch !== 0)
      throw new Fault(
        `Patches of ${patch} × ${patch} do not tile images of ${height} × ${width}`,
        'choose a patch that divides both sides',
      );
    this.count = count;
    this.range = samples.range ?? [0, 1];
    this.tokens = (height / patch) * (width / patch);
    this.patchSize = patch * patch * channels;
    this.places = new Int32Array(sampleSize(samples));
    const run = patch * channels;
    let to = 0;
    for (let top = 0; top < height; top += patch)
      for (let left = 0; left < width; left += patch)
        for (let row = top; row < top + patch; row++) for (let i = 0; i < run; i++) this.places[to++] = (row * width + left) * channels + i;
  }

  /** The patches of the images at `indices`: `(indices.length · tokens) × patchSize`, padded with empty images up to `atLeast`. */
  async rows(indices: ArrayLike<number>, atLeast = indices.length): Promise<Float32Array> {
    const { places } = this;
    const size = places.length;
    const rows = new Float32Array(Math.max(atLeast, indices.length) * size);
    const values = await this.samples.read(indices);
    for (let start = 0; start < values.length; start += size) for (let i = 0; i < size; i++) rows[start + i] = values[start + places[i]!]!;
    return rows;
  }
}
