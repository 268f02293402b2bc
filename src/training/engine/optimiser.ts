import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentFault } from '../../common/fault';
import type { OptimiserRule, OptimiserState } from './optimiserRule';
import type { MomentsOwner, ParameterMemory, Stretch } from './parameterMemory';
import { webAssembly } from './webAssembly';

/** What optimiser.as.ts exports. */
interface Kernel {
  adam(
    weights: number,
    gradients: number,
    first: number,
    second: number,
    count: number,
    rate: number,
    keep1: number,
    take1: number,
    keep2: number,
    take2: number,
    epsilon: number,
    decay: number,
    shrink: number,
  ): void;
  descend(weights: number, gradients: number, velocity: number, count: number, rate: number, momentum: number, decay: number): void;
}

/** The compiled kernel, ready to be put over the memory of any number of models. */
export class OptimiserKernel {
  private constructor(private readonly module: object) {}

  /** Reads `optimiser.wasm` from the folder of bundled files; an `EnvironmentFault` when it is not there. */
  static load(assets: string): OptimiserKernel {
    const file = join(assets, 'optimiser.wasm');
    try {
      return new OptimiserKernel(new webAssembly.Module(readFileSync(file)));
    } catch (error) {
      throw new EnvironmentFault(`The optimiser cannot be loaded from ${file}`, 'install BoundLens again', { cause: error });
    }
  }

  over(memory: ParameterMemory): Kernel {
    const { exports } = new webAssembly.Instance(this.module, { env: { memory: memory.memory } });
    return exports as unknown as Kernel;
  }
}

/** The optimiser of one training step: updates the trainable weights from the gradients that lie in the same memory. */
export class Optimiser {
  private readonly kernel: Kernel;
  private readonly stretches: readonly Stretch[];
  private readonly moments: MomentsOwner = {};
  private steps = 0;

  /** @param trainable indices of the parameters to update */
  constructor(
    kernel: OptimiserKernel,
    private readonly memory: ParameterMemory,
    trainable: readonly number[],
    private readonly rule: OptimiserRule,
  ) {
    this.kernel = kernel.over(memory);
    this.stretches = memory.stretches(trainable);
  }

  /** One update with the gradients that the memory holds now. */
  apply(learningRate: number): void {
    this.steps++;
    this.memory.bringMoments(this.moments);
    for (const stretch of this.stretches) {
      if (this.rule.kind === 'sgd') this.descend(stretch, learningRate);
      else this.adapt(stretch, learningRate);
    }
  }

  snapshot(): OptimiserState {
    return { steps: this.steps, moments: [this.memory.momentsOf(this.moments)] };
  }

  restore({ steps, moments }: OptimiserState): void {
    this.memory.replaceMoments(this.moments, moments[0]!);
    this.steps = steps;
  }

  dispose(): void {
    this.memory.dropMoments(this.moments);
  }

  /**
   * With corrections c₁ = 1 − β₁ᵗ and c₂ = 1 − β₂ᵗ, Adam's step η (m/c₁) / (√(v/c₂) + ε) is
   * (η √c₂ / c₁) · m / (√v + ε √c₂), so the kernel needs no division by the corrections.
   */
  private adapt(stretch: Stretch, learningRate: number): void {
    const { kind, beta1, beta2, epsilon, weightDecay } = this.rule;
    const { weights, gradients, first, second } = this.memory.addresses(stretch);
    const root = Math.sqrt(1 - beta2 ** this.steps);
    const rate = (learningRate * root) / (1 - beta1 ** this.steps);
    const decay = kind === 'adam' ? weightDecay : 0;
    const shrink = kind === 'adamw' ? 1 - learningRate * weightDecay : 1;
    this.kernel.adam(
      weights,
      gradients,
      first,
      second,
      stretch.length,
      rate,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      epsilon * root,
      decay,
      shrink,
    );
  }

  private descend(stretch: Stretch, learningRate: number): void {
    const { weights, gradients, first } = this.memory.addresses(stretch);
    this.kernel.descend(weights, gradients, first, stretch.length, learningRate, this.rule.momentum, this.rule.weightDecay);
  }
}
