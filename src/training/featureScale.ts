import type { Matrix } from '../theory/matrix';

/** How large features are and how far they lie apart. */
export interface FeatureScale {
  /** Root mean square Euclidean norm of the rows. */
  readonly norm: number;
  /** Root mean square distance of the rows from their mean. */
  readonly spread: number;
}

export function featureScale({ rows, columns, values }: Matrix): FeatureScale {
  let squares = 0;
  const sums = new Float64Array(columns);
  for (let i = 0; i < rows * columns; i++) {
    squares += values[i]! ** 2;
    sums[i % columns]! += values[i]!;
  }
  const meanSquare = squares / rows;
  const squareOfMean = sums.reduce((total, sum) => total + (sum / rows) ** 2, 0);
  return { norm: Math.sqrt(meanSquare), spread: Math.sqrt(Math.max(0, meanSquare - squareOfMean)) };
}

/** Features below this share of their first norm have shrunk away. */
const SHRUNK = 0.1;
/** Features whose spread is below this share of their norm are all but one point. */
const ONE_POINT = 0.01;

/** Says that the features shrank or fell onto one point between the start of training and now; undefined while they did not. */
export function collapseOf(start: FeatureScale, now: FeatureScale): string | undefined {
  const share = (value: number): string => `${(100 * value).toPrecision(2)} %`;
  if (now.norm < SHRUNK * start.norm)
    return `The features shrank to ${share(now.norm / start.norm)} of their first norm: lower λ, fix their scale (encoder.unitFeatures) or, with a teacher, normalise its targets.`;
  if (now.spread < ONE_POINT * now.norm)
    return `The features collapsed to one point (their spread is ${share(now.spread / now.norm)} of their norm): lower λ or, with a teacher, normalise its targets.`;
  return undefined;
}
