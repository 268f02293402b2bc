/** A convex function of a vector, as Newton's method looks at it. */
export interface ConvexProblem {
  readonly value: (at: Float64Array) => number;
  /** Gradient, and the product of the Hessian at that point with any vector. */
  readonly slope: (at: Float64Array) => { readonly gradient: Float64Array; readonly curvature: (direction: Float64Array) => Float64Array };
}

export interface NewtonSettings {
  readonly start: Float64Array;
  /** The gradient has shrunk enough at this norm. */
  readonly tolerance: number;
}

/** Newton steps before giving up; fewer than fifteen are usual. */
const MOST_STEPS = 200;

/**
 * Minimises a smooth convex function by Newton's method with conjugate gradients for the step (truncated as in Nocedal and Wright, algorithm 7.1) and
 * a backtracking line search. Stops when the gradient is small or rounding leaves no way down.
 */
export function minimiseConvex({ value, slope }: ConvexProblem, { start, tolerance }: NewtonSettings): Float64Array {
  let at: Float64Array = Float64Array.from(start);
  for (let step = 0; step < MOST_STEPS; step++) {
    const { gradient, curvature } = slope(at);
    const size = norm(gradient);
    if (!(size > tolerance)) break;
    const direction = newtonDirection(gradient, curvature, size * Math.min(0.1, Math.sqrt(size)));
    const next = lineSearch(value, at, direction, dot(gradient, direction));
    if (!next) break;
    at = next;
  }
  return at;
}

/** ⟨a, b⟩. */
export const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, j) => sum + value * b[j]!, 0);

/** Euclidean norm. */
export const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

/** Conjugate gradients on (Hessian) d = −gradient until the residual is below `tolerance`. */
function newtonDirection(gradient: Float64Array, curvature: (direction: Float64Array) => Float64Array, tolerance: number): Float64Array {
  const direction = new Float64Array(gradient.length);
  const residual = gradient.map(value => -value);
  let search = Float64Array.from(residual);
  let square = dot(residual, residual);
  for (let k = 0; k < 2 * gradient.length + 10 && Math.sqrt(square) > tolerance; k++) {
    const product = curvature(search);
    const bend = dot(search, product);
    if (!(bend > 0)) break;
    const step = square / bend;
    for (let j = 0; j < direction.length; j++) {
      direction[j]! += step * search[j]!;
      residual[j]! -= step * product[j]!;
    }
    const previous = square;
    square = dot(residual, residual);
    search = search.map((value, j) => residual[j]! + (square / previous) * value);
  }
  return direction;
}

/** The first of the steps 1, ½, ¼ … that lowers the value enough; undefined when rounding leaves none. */
function lineSearch(value: ConvexProblem['value'], at: Float64Array, direction: Float64Array, slope: number): Float64Array | undefined {
  const now = value(at);
  for (let step = 1; step > 1e-10; step /= 2) {
    const next = at.map((one, j) => one + step * direction[j]!);
    if (value(next) <= now + 1e-4 * step * slope + 1e-16 * Math.abs(now)) return next;
  }
  return undefined;
}
