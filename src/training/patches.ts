import { type Samples } from '../datasets/samples';
import { ImageLayout } from './imageLayout';

/** Images laid out as an encoder wants them when they are read: cut into square patches, or whole. */
export class PatchSet {
  readonly count: number;
  readonly layout: ImageLayout;
  /** The interval that all values lie in. */
  readonly range: readonly [low: number, high: number];

  /**
   * @param patch side of the patches; images stay whole when absent
   * @throws Fault when `patch` does not divide both sides of the image
   */
  constructor(
    private readonly samples: Samples,
    patch?: number,
  ) {
    this.count = samples.count;
    this.range = samples.range ?? [0, 1];
    this.layout = new ImageLayout(samples, patch);
  }

  /** Patches per image; 1 where images stay whole. */
  get tokens(): number {
    return this.layout.tokens;
  }

  /** Values per patch. */
  get patchSize(): number {
    return this.layout.patchSize;
  }

  /** The patches of the images at `indices`: `(indices.length · tokens) × patchSize`, padded with empty images up to `atLeast`. */
  async rows(indices: ArrayLike<number>, atLeast = indices.length): Promise<Float32Array> {
    const { places, size } = this.layout;
    const rows = new Float32Array(Math.max(atLeast, indices.length) * size);
    const values = await this.samples.read(indices);
    for (let start = 0; start < values.length; start += size) for (let i = 0; i < size; i++) rows[start + i] = values[start + places[i]!]!;
    return rows;
  }
}
