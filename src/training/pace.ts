import { Stopped } from '../common/fault';

const LONGEST_HOLD_MILLISECONDS = 20;

/** Keeps a long loop stoppable and its process responsive: call `breathe` between steps. */
export class Pace {
  private last = performance.now();

  constructor(private readonly signal?: AbortSignal) {}

  /** Gives the event loop a turn when it has been held for long. @throws Stopped once the signal has fired */
  async breathe(): Promise<void> {
    if (performance.now() - this.last > LONGEST_HOLD_MILLISECONDS) {
      await new Promise<void>(resolve => setImmediate(resolve));
      this.last = performance.now();
    }
    if (this.signal?.aborted) throw new Stopped();
  }
}
