/** How the strength of an ℓ2 penalty is searched for whose minimiser lies on the boundary of a ball. */
export interface BallSearch<T> {
  /** ln of a strength λ whose minimiser lies in the ball. */
  readonly tooStrong: number;
  /** How far below it, in ln λ, is looked. */
  readonly span: number;
  readonly steps: number;
  /** ln λ is close enough at this distance. */
  readonly tolerance: number;
  /** The minimiser at a strength, looked for from that at another. */
  readonly fit: (strength: number, start?: T) => T;
  readonly isInside: (fitted: T) => boolean;
}

/**
 * The minimiser of a convex loss over a ball: the penalised one whose norm is the radius (Lagrange), by bisection on ln λ. What comes back lies in the
 * ball exactly; where the ball holds the minimiser of every strength tried, it is the one of the weakest.
 */
export function minimiserInBall<T>({ tooStrong, span, steps, tolerance, fit, isInside }: BallSearch<T>): T {
  let [weak, strong] = [tooStrong - span, tooStrong];
  let best = fit(Math.exp(strong));
  let last = best;
  for (let i = 0; i < steps && strong - weak > tolerance; i++) {
    const middle = (strong + weak) / 2;
    last = fit(Math.exp(middle), last);
    if (isInside(last)) {
      strong = middle;
      best = last;
    } else weak = middle;
  }
  return best;
}
