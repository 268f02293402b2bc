import { Fault } from '../common/fault';
import type { Random, RandomState } from '../common/random';

/** Where an order of batches stands: what the present pass was drawn from, and how far it is used up. */
export interface BatchesState {
  readonly random: RandomState;
  readonly position: number;
}

/**
 * Batches of indices drawn from `pool` in a seeded random order. Within one pass over the pool no index comes twice;
 * what is left over at its end and does not fill a batch waits for the next pass, so every batch has `size` members.
 */
export class Batches {
  private order: Int32Array;
  private drawnFrom: RandomState;
  private position = 0;

  /** @throws Fault when the pool cannot fill one batch */
  constructor(
    private readonly pool: ArrayLike<number>,
    readonly size: number,
    private readonly random: Random,
  ) {
    if (pool.length < size)
      throw new Fault(`A batch of ${size} images was asked for where there are ${pool.length}`, 'choose a smaller batch or more images');
    this.drawnFrom = random.snapshot();
    this.order = random.permutation(pool.length);
  }

  /** The next batch of members of the pool. */
  next(): Int32Array {
    if (this.position + this.size > this.order.length) {
      this.draw();
      this.position = 0;
    }
    const batch = new Int32Array(this.size);
    for (let i = 0; i < this.size; i++) batch[i] = this.pool[this.order[this.position + i]!]!;
    this.position += this.size;
    return batch;
  }

  /** Where it stands, for `restore`. */
  snapshot(): BatchesState {
    return { random: this.drawnFrom, position: this.position };
  }

  /** Goes on from where batches over the same pool stood. */
  restore({ random, position }: BatchesState): void {
    this.random.restore(random);
    this.draw();
    this.position = position;
  }

  private draw(): void {
    this.drawnFrom = this.random.snapshot();
    this.order = this.random.permutation(this.pool.length);
  }
}
