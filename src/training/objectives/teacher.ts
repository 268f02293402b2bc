import type { Encoder } from '../encoders/encoder';
import { under } from '../engine/declares';
import type { Declares } from '../engine/declares';
import type { Parameters } from '../engine/parameters';

/** Whose features a student predicts. */
export interface Teacher {
  readonly encoder: Encoder;
  /** What its features are multiplied with. */
  readonly factor: number;
  /** Whether its features are standardised before they are predicted. */
  readonly normaliseTargets: boolean;
  /** Names of parameters of its own, which no gradient step changes. */
  readonly untrained: readonly string[];
  start(): void;
  afterStep(done: number): void;
}

/** What a moving average keeps: the same in each step, or changing evenly over the steps. */
export type Momentum = number | { readonly from: number; readonly to: number };

/** Before the names of a moving average's parameters. */
const PREFIX = 'teacher.';

/** The encoder itself, its features multiplied by τ: a teacher that is always a little stronger (Pan, Zhou & Yan 2023). */
export const scaledTeacher = (encoder: Encoder, factor: number): Teacher => ({
  encoder,
  factor,
  normaliseTargets: false,
  untrained: [],
  start: () => undefined,
  afterStep: () => undefined,
});

/**
 * A moving average of the encoder: θ̄ ← m·θ̄ + (1 − m)·θ after each step, from θ̄ = θ (Tarvainen & Valpola 2017). Its parameters are
 * declared under `teacher.`.
 *
 * @param twin makes an encoder of the same shape over other parameters
 */
export class MomentumTeacher implements Teacher {
  readonly factor = 1;
  readonly encoder: Encoder;
  readonly untrained: readonly string[];

  constructor(
    private readonly parameters: Parameters,
    private readonly momentum: Momentum,
    readonly normaliseTargets: boolean,
    twin: (parameters: Declares) => Encoder,
  ) {
    const before = new Set(parameters.names);
    this.encoder = twin(under(PREFIX, parameters));
    this.untrained = parameters.names.filter(name => !before.has(name));
  }

  start(): void {
    this.follow(0);
  }

  afterStep(done: number): void {
    this.follow(typeof this.momentum === 'number' ? this.momentum : this.momentum.from + (this.momentum.to - this.momentum.from) * done);
  }

  private follow(kept: number): void {
    for (const name of this.untrained) {
      const average = this.parameters.values(name);
      const student = this.parameters.values(name.slice(PREFIX.length));
      for (let i = 0; i < average.length; i++) average[i] = kept * average[i]! + (1 - kept) * student[i]!;
    }
  }
}
