import type { Results } from './engine/engine';
import type { TrialMetrics } from './progress';

/** Thins a stream of per-step scalars: means over equal stretches of steps, at most `LINES` of them. */
const LINES = 400;

/** What a sampler has summed since its last line. */
export interface SamplerState {
  readonly sums: ReadonlyMap<string, number>;
  readonly count: number;
}

export class MetricSampler {
  private readonly every: number;
  private sums = new Map<string, number>();
  private count = 0;

  constructor(
    private readonly phase: string,
    private readonly steps: number,
    private readonly seconds: () => number,
    private readonly onMetrics: (line: TrialMetrics) => void,
  ) {
    this.every = Math.max(1, Math.ceil(steps / LINES));
  }

  snapshot(): SamplerState {
    return { sums: new Map(this.sums), count: this.count };
  }

  restore({ sums, count }: SamplerState): void {
    this.sums = new Map(sums);
    this.count = count;
  }

  /** Takes the scalars of step `step` (from 1); passes on a mean when its stretch is full or the steps end. */
  add(step: number, scalars: Results, others: Readonly<Record<string, number>> = {}): void {
    this.count++;
    for (const [name, value] of Object.entries(scalars)) this.sums.set(name, (this.sums.get(name) ?? 0) + value[0]!);
    if (this.count < this.every && step < this.steps) return;
    const means = Object.fromEntries([...this.sums].map(([name, sum]) => [name, sum / this.count]));
    this.onMetrics({ phase: this.phase, step, time: this.seconds(), values: { ...means, ...others } });
    this.sums = new Map();
    this.count = 0;
  }
}
