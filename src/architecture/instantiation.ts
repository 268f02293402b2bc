/** A part of a definition that cannot be computed, with the reason as one clause. */
export interface Obstacle {
  /** The operation or tensor as the source names it. */
  readonly name: string;
  /** Counts from 1. */
  readonly line: number;
  readonly why: string;
}

/** Whether a definition can be trained as it is, which is known before anything starts. */
export interface Instantiation {
  /** The method that was judged, where a study names one; `forward` when absent. */
  readonly method?: string;
  /** Empty where nothing stands in the way. */
  readonly obstacles: readonly Obstacle[];
  /** Whether the source says which shape its input has; where it does not, some obstacles may go when images give one. */
  readonly knowsInput: boolean;
  /** The nearest encoder that BoundLens builds itself, as a study writes it; absent without obstacles. */
  readonly nearest?: string;
  /** Arguments that `encoder.scale` can make smaller. */
  readonly scale: readonly string[];
}
