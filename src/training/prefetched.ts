/**
 * Batches that are read and decoded while the step before them runs: one is under way ahead of the one in use. They are made one
 * after the other and in order, so that a seed draws the same batches as without.
 */
export class Prefetched<T> {
  private upcoming: Promise<T> | undefined;

  /**
   * @param count how many batches there will be; none is made beyond
   * @param make the next batch; called again only when the last one is there
   */
  constructor(
    private count: number,
    private readonly make: () => Promise<T>,
  ) {}

  /** Hands the next batch to `step` and makes the one after it meanwhile. Rejects as `step` or the making of its batch does. */
  async during<R>(step: (batch: T) => Promise<R>): Promise<R> {
    const batch = await (this.upcoming ?? this.start());
    const running = step(batch);
    this.upcoming = this.count > 0 ? this.start() : undefined;
    return running;
  }

  private start(): Promise<T> {
    this.count--;
    const batch = this.make();
    // Nobody may ever ask for it: a step before it can fail.
    batch.catch(() => undefined);
    return batch;
  }
}
