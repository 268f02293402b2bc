import type { Random } from '../../common/random';
import { Batches, type BatchesState } from '../batches';
import { everyImage } from '../taskImages';
import type { PatchSet } from '../patches';

/** Images, nothing masked, whose features a penalty looks at: one batch after another in a seeded order. */
export class UnlabelledBatches {
  /** Images per batch, and in the set. */
  readonly size: number;
  readonly population: number;
  private readonly batches: Batches;

  constructor(
    private readonly images: PatchSet,
    size: number,
    random: Random,
  ) {
    this.population = images.count;
    this.size = Math.min(size, images.count);
    this.batches = new Batches(everyImage(images), this.size, random);
  }

  /** Shape of one batch. */
  get shape(): [number, number] {
    return this.images.layout.shape(this.size);
  }

  snapshot(): BatchesState {
    return this.batches.snapshot();
  }

  restore(state: BatchesState): void {
    this.batches.restore(state);
  }

  async next(): Promise<{ readonly indices: Int32Array; readonly rows: Float32Array }> {
    const indices = this.batches.next();
    return { indices, rows: await this.images.rows(indices) };
  }
}
