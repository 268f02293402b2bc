import type { OptimiserSettings } from './engine';

/** Settings with every default filled in: β₁ = 0.9, β₂ = 0.999, ε = 1e-8, no weight decay, no momentum. */
export type OptimiserRule = Readonly<Required<OptimiserSettings>>;

/** Fills in the defaults, which are PyTorch's except that no rule decays weights unasked. */
export function optimiserRule(settings: OptimiserSettings): OptimiserRule {
  return { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, momentum: 0, ...settings };
}

/** How far an optimiser is: its count of steps and its moments, in a form of the engine's own. */
export interface OptimiserState {
  readonly steps: number;
  readonly moments: readonly Float32Array[];
}
