const xLogRatio = (x: number, y: number): number => (x === 0 ? 0 : x * Math.log(x / y));

/** kl(q‖p) between coins with chances q and p, in nats; infinite where p rules out what q allows. */
export const binaryKl = (q: number, p: number): number => Math.max(0, xLogRatio(q, p) + xLogRatio(1 - q, 1 - p));

/**
 * The largest p ≥ q with kl(q‖p) ≤ nats: the upper inverse that turns a bound on kl into a bound on a risk.
 * kl is convex in p, so Newton's method from an upper bound falls monotonically to the root and never passes below it (up to rounding).
 */
export function binaryKlUpperInverse(q: number, nats: number): number {
  if (!(nats > 0)) return q;
  if (q >= 1) return 1;
  if (q <= 0) return -Math.expm1(-nats);
  const entropy = -xLogRatio(q, 1) - xLogRatio(1 - q, 1);
  const pinsker = q + Math.sqrt(nats / 2);
  const tail = -Math.expm1(-(nats + entropy) / (1 - q));
  let p = Math.min(pinsker, tail);
  if (p >= 1) return 1;
  for (let i = 0; i < 100; i++) {
    const step = ((binaryKl(q, p) - nats) * p * (1 - p)) / (p - q);
    if (!(step > 1e-16 * p)) break;
    p -= step;
  }
  return p;
}
