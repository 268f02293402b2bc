// The optimiser kernel, in AssemblyScript (SIMD): one pass over flat float32 arrays in the memory of the parameters.
// Addresses are in bytes; `count` is in floats and a multiple of 4. What a rule's papers compute once per step
// (bias corrections, the decoupled decay) arrives folded into the numbers; see optimiser.ts.

const LANES: usize = 16;

/**
 * Adam and AdamW. With g = gradient + decay · w:
 * m ← keep1 · m + take1 · g,  v ← keep2 · v + take2 · g²,  w ← shrink · w − rate · m / (√v + epsilon).
 */
export function adam(
  weights: usize,
  gradients: usize,
  first: usize,
  second: usize,
  count: usize,
  rate: f32,
  keep1: f32,
  take1: f32,
  keep2: f32,
  take2: f32,
  epsilon: f32,
  decay: f32,
  shrink: f32,
): void {
  const rates = f32x4.splat(rate);
  const keeps1 = f32x4.splat(keep1);
  const takes1 = f32x4.splat(take1);
  const keeps2 = f32x4.splat(keep2);
  const takes2 = f32x4.splat(take2);
  const epsilons = f32x4.splat(epsilon);
  const decays = f32x4.splat(decay);
  const shrinks = f32x4.splat(shrink);
  const bytes = count << 2;
  for (let at: usize = 0; at < bytes; at += LANES) {
    const weight = v128.load(weights + at);
    const gradient = f32x4.add(v128.load(gradients + at), f32x4.mul(decays, weight));
    const mean = f32x4.add(f32x4.mul(keeps1, v128.load(first + at)), f32x4.mul(takes1, gradient));
    const square = f32x4.add(f32x4.mul(keeps2, v128.load(second + at)), f32x4.mul(takes2, f32x4.mul(gradient, gradient)));
    const step = f32x4.div(f32x4.mul(rates, mean), f32x4.add(f32x4.sqrt(square), epsilons));
    v128.store(first + at, mean);
    v128.store(second + at, square);
    v128.store(weights + at, f32x4.sub(f32x4.mul(shrinks, weight), step));
  }
}

/** Gradient descent: u ← momentum · u + gradient + decay · w,  w ← w − rate · u. */
export function descend(weights: usize, gradients: usize, velocity: usize, count: usize, rate: f32, momentum: f32, decay: f32): void {
  const rates = f32x4.splat(rate);
  const momenta = f32x4.splat(momentum);
  const decays = f32x4.splat(decay);
  const bytes = count << 2;
  for (let at: usize = 0; at < bytes; at += LANES) {
    const weight = v128.load(weights + at);
    const gradient = f32x4.add(v128.load(gradients + at), f32x4.mul(decays, weight));
    const moved = f32x4.add(f32x4.mul(momenta, v128.load(velocity + at)), gradient);
    v128.store(velocity + at, moved);
    v128.store(weights + at, f32x4.sub(weight, f32x4.mul(rates, moved)));
  }
}
