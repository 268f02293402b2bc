import type { OptimiserRule, OptimiserState } from './optimiserRule';

/**
 * The update rules as their papers write them, in double precision: Adam (Kingma & Ba 2015), AdamW (Loshchilov & Hutter
 * 2019) and SGD with momentum (as PyTorch has it). The oracle for the compiled kernel.
 */
export class EagerOptimiser {
  private readonly first: readonly Float32Array[];
  private readonly second: readonly Float32Array[];
  private steps = 0;

  constructor(
    private readonly rule: OptimiserRule,
    private readonly weights: readonly Float32Array[],
  ) {
    this.first = weights.map(values => new Float32Array(values.length));
    this.second = weights.map(values => new Float32Array(values.length));
  }

  /** Updates the weights in place; `gradients` are in the order of the weights. */
  apply(gradients: readonly Float32Array[], learningRate: number): void {
    this.steps++;
    const update = this.rule.kind === 'sgd' ? this.descend.bind(this) : this.adapt.bind(this);
    this.weights.forEach((values, i) => update(values, gradients[i]!, i, learningRate));
  }

  snapshot(): OptimiserState {
    return { steps: this.steps, moments: [...this.first, ...this.second].map(values => values.slice()) };
  }

  restore({ steps, moments }: OptimiserState): void {
    [...this.first, ...this.second].forEach((values, i) => values.set(moments[i]!));
    this.steps = steps;
  }

  private adapt(weights: Float32Array, gradients: Float32Array, parameter: number, learningRate: number): void {
    const { kind, beta1, beta2, epsilon, weightDecay } = this.rule;
    const first = this.first[parameter]!;
    const second = this.second[parameter]!;
    const correction1 = 1 - beta1 ** this.steps;
    const correction2 = 1 - beta2 ** this.steps;
    for (let i = 0; i < weights.length; i++) {
      const weight = kind === 'adamw' ? weights[i]! * (1 - learningRate * weightDecay) : weights[i]!;
      const gradient = gradients[i]! + (kind === 'adam' ? weightDecay * weight : 0);
      const mean = (first[i] = beta1 * first[i]! + (1 - beta1) * gradient);
      const square = (second[i] = beta2 * second[i]! + (1 - beta2) * gradient * gradient);
      weights[i] = weight - (learningRate * (mean / correction1)) / (Math.sqrt(square / correction2) + epsilon);
    }
  }

  private descend(weights: Float32Array, gradients: Float32Array, parameter: number, learningRate: number): void {
    const { momentum, weightDecay } = this.rule;
    const velocity = this.first[parameter]!;
    for (let i = 0; i < weights.length; i++) {
      velocity[i] = momentum * velocity[i]! + gradients[i]! + weightDecay * weights[i]!;
      weights[i] = weights[i]! - learningRate * velocity[i]!;
    }
  }
}
