/** What a learning rate does over a run: a linear rise to `peak`, then half a cosine down to `floor · peak`. */
export interface Schedule {
  readonly peak: number;
  readonly steps: number;
  /** Steps of the linear rise; 0 starts at the peak. */
  readonly warmup: number;
  /** Share of the peak that the last step keeps; 0 when absent. */
  readonly floor?: number;
}

/** The learning rate of step `step` (from 0): never 0 during the rise, the peak at its end (Loshchilov & Hutter 2017). */
export function learningRateAt({ peak, steps, warmup, floor = 0 }: Schedule, step: number): number {
  if (step < warmup) return (peak * (step + 1)) / (warmup + 1);
  const done = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * done)));
}
