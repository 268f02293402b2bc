/**
 * Calls a write at most once per interval and never twice at a time, however often it is requested. A write that fails is tried again
 * with the next interval: a disk that is full for a minute loses nothing.
 */
export class Coalesced {
  private requested = false;
  private cancelled = false;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly write: () => Promise<void>,
    private readonly interval: number,
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** Has the present state written within one interval. */
  request(): void {
    if (this.cancelled) return;
    this.requested = true;
    this.timer ??= setTimeout(() => this.tick(), this.interval);
  }

  /** Waits for what is being written and writes at once what was requested since. Throws when that fails. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.writing;
    await this.writeRequested();
  }

  /** Forgets what was requested; nothing is written from now on. */
  cancel(): void {
    this.cancelled = true;
    this.requested = false;
    clearTimeout(this.timer);
  }

  private tick(): void {
    this.timer = undefined;
    this.writing = this.writing
      .then(() => this.writeRequested())
      .catch((error: unknown) => {
        this.onFault(error);
        this.request();
      });
  }

  private async writeRequested(): Promise<void> {
    if (!this.requested) return;
    this.requested = false;
    try {
      await this.write();
    } catch (error) {
      this.requested = true;
      throw error;
    }
  }
}
