/** Raised when evaluating a source takes more than its budget; caught where the budget was set. */
export class Exhausted extends Error {}

/** The longest list that is built, and the longest text. */
export const MAXIMUM_LENGTH = 4096;

const MAXIMUM_DEPTH = 200;

/** Bounds the work of evaluating one file: nodes visited and nesting, so that no source can hang the worker or exhaust its stack. */
export class Budget {
  private depth = 0;
  private left = 0;
  private allowed: number;

  constructor(
    private total: number,
    private readonly share: number,
  ) {
    this.allowed = total;
  }

  /** Whether most of what was allowed to the file is left, so that a little more would change nothing. */
  get isAmple(): boolean {
    return 2 * this.total > this.allowed;
  }

  /** Allows another share of the total to what follows: one top-level statement, one definition. */
  renew(): void {
    this.left = Math.min(this.share, this.total);
  }

  /** Does something with another share of the total, and says what `otherwise` does where that is spent. */
  bounded<T>(work: () => T, otherwise: () => T): T {
    this.renew();
    try {
      return work();
    } catch (error) {
      if (error instanceof Exhausted) return otherwise();
      throw error;
    }
  }

  /** Runs something with a share of its own, as the statements of another module, and goes on with what was left. */
  apart<T>(work: () => T): T {
    const { depth, left } = this;
    try {
      return work();
    } finally {
      this.depth = depth;
      this.left = Math.min(left, this.total);
    }
  }

  /** Allows as much again to another read of the file. */
  refill(total: number): void {
    this.allowed = this.total = total;
    this.left = 0;
    this.depth = 0;
  }

  /** Runs something that the total does not pay for, with an allowance of its own; what is left of that is returned. */
  aside(allowance: number, work: () => void): number {
    const { total, depth, left } = this;
    this.total = allowance;
    try {
      work();
      return this.total;
    } finally {
      Object.assign(this, { total, depth, left });
    }
  }

  /** Takes steps for work that is more than one. Throws `Exhausted` when they run out. */
  spend(steps: number): void {
    this.left -= steps;
    this.total -= steps;
    if (this.left < 0) throw new Exhausted('too much to evaluate');
  }

  /** Runs something one level deeper, for one step. Throws `Exhausted` when steps or depth run out. */
  enter<T>(work: () => T): T {
    if (this.depth >= MAXIMUM_DEPTH) throw new Exhausted('too deep to evaluate');
    this.spend(1);
    this.depth++;
    try {
      return work();
    } finally {
      this.depth--;
    }
  }
}
