/** Error on single-view samples as coverage predicts it, with the ends that guessing among k classes allows. */
export interface PredictedError {
  /** 1 − mean |S_i|/L: every sample whose one feature is not captured is wrong. */
  readonly value: number;
  /** The same samples guessed among k classes: value·(1 − 1/k). */
  readonly low: number;
  /** Equal to `value`. */
  readonly high: number;
}

/**
 * The single-view error of an encoder that captured `captured[i]` of the `views` features of class i, when samples show one feature of their class, each
 * equally often (M5). Where none is captured the encoder guesses: right at most once in k, and never when a feature of another class answers.
 */
export function singleViewError(captured: readonly number[], views: number): PredictedError {
  const missing = 1 - captured.reduce((sum, count) => sum + count, 0) / (captured.length * views);
  return { value: missing, low: missing * (1 - 1 / captured.length), high: missing };
}
