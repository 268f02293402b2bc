/** Where a trial stands. */
export interface TrialProgress {
  /** `pre-training`, `fine-tuning`, `certifying`, in the order in which they happen. */
  readonly phase: string;
  /** Share of the whole trial that is done, in [0, 1]. */
  readonly fraction: number;
  readonly step: number;
  readonly steps: number;
  readonly secondsLeft?: number;
}

/** Scalars of one moment. */
export interface TrialMetrics {
  readonly phase: string;
  readonly step: number;
  /** Seconds since the trial started. */
  readonly time: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A stretch of a trial: so many steps, each worth `cost` in a unit that all stretches share. */
export interface Stretch {
  readonly phase: string;
  readonly steps: number;
  readonly cost: number;
}

/** Below this share of the work the time left is not guessed. */
const FIRST_GUESS = 0.02;

const workOf = (stretches: readonly Stretch[]): number => stretches.reduce((sum, { steps, cost }) => sum + steps * cost, 0);

/** Turns steps of the announced stretches, taken in order, into a fraction of the whole and a guess of the seconds left. */
export class ProgressMeter {
  private started = performance.now();
  private current = -1;
  private step = 0;

  constructor(
    private readonly stretches: readonly Stretch[],
    private readonly onProgress: (progress: TrialProgress) => void = () => undefined,
  ) {}

  /** Seconds since the trial started. */
  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** Begins the next announced stretch; what was left of the one before counts as done. */
  next(): void {
    this.current++;
    this.step = 0;
    this.report();
  }

  /** Goes on where a trial was after so many seconds, `step` steps into the present stretch. */
  resume(seconds: number, step: number): void {
    this.started = performance.now() - 1000 * seconds;
    this.step = Math.min(step, this.stretches[this.current]!.steps);
    this.report();
  }

  /** One step of the present stretch is done. */
  advance(): void {
    this.step = Math.min(this.step + 1, this.stretches[this.current]!.steps);
    this.report();
  }

  /** Everything is done. */
  finish(): void {
    this.current = this.stretches.length - 1;
    this.step = this.stretches[this.current]!.steps;
    this.report();
  }

  private report(): void {
    const { phase, steps, cost } = this.stretches[this.current]!;
    const { step } = this;
    const fraction = (workOf(this.stretches.slice(0, this.current)) + step * cost) / workOf(this.stretches);
    const secondsLeft = fraction > FIRST_GUESS ? { secondsLeft: this.seconds * (1 / fraction - 1) } : {};
    this.onProgress({ phase, fraction, step, steps, ...secondsLeft });
  }
}
