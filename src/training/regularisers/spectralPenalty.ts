import { add, div, matMul, mul, reshape, sqrt, square, sum, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { Random } from '../../common/random';
import type { Feeds, InputSpecs, Results, Tensors } from '../engine/engine';
import type { Parameters } from '../engine/parameters';
import { withoutGradient } from '../engine/withoutGradient';
import { weightMatrices, type WeightMatrix } from '../matrices';
import { PowerIteration } from '../powerIteration';
import { nothingDrawn, type Penalty, type Regulariser } from './regulariser';

/** Rounds of power iteration before the first step; each step adds one from where the last ended. */
const FIRST_ROUNDS = 30;
const LEAST = 1e-12;

const unit = (column: Tensor): Tensor => div(column, sqrt(add(sum(square(column)), LEAST)));

/**
 * The sum over the encoder's matrices of σ_max(W)² (Yoshida & Miyato 2017): σ = uᵀWv with u and v from power iteration, one round in each
 * step, and u kept from step to step. Kernels count as matrices of outputs × everything else. The gradient is 2σ·uvᵀ.
 */
export class SpectralPenalty implements Regulariser {
  readonly kind = 'spectral norm';
  readonly inputs: InputSpecs;
  private readonly matrices: readonly WeightMatrix[];
  private vectors: Feeds | undefined;

  /** @param names parameters among which every matrix counts */
  constructor(
    readonly lambda: number,
    private readonly parameters: Parameters,
    names: readonly string[],
  ) {
    this.matrices = weightMatrices(parameters, names);
    this.inputs = Object.fromEntries(this.matrices.map(({ name, rows }) => [inputOf(name), { shape: [rows, 1] }]));
  }

  next = nothingDrawn;

  carried(): Feeds {
    return (this.vectors ??= Object.fromEntries(
      this.matrices.map(({ name, rows, columns }) => {
        const power = new PowerIteration(rows, columns, new Random(`spectral/${name}`));
        power.estimate(this.parameters.values(name), FIRST_ROUNDS);
        return [inputOf(name), power.vectors().left];
      }),
    ));
  }

  penalty(inputs: Tensors): Penalty {
    const parts = this.matrices.map(({ name, rows, columns }) => {
      const weight: Tensor = reshape(this.parameters.variable(name), [rows, columns]);
      const before = inputs[inputOf(name)]!;
      const right = withoutGradient(() => unit(matMul(weight, before, true)));
      const left = withoutGradient(() => unit(matMul(weight, right)));
      return { name: inputOf(name), left, squared: square(sum(mul(matMul(weight, right), left))) };
    });
    return {
      value: parts.map(({ squared }) => squared).reduce((total, squared) => add(total, squared)) as Scalar,
      carried: Object.fromEntries(parts.map(({ name, left }) => [name, left])),
    };
  }

  took(results: Results): void {
    this.vectors = Object.fromEntries(this.matrices.map(({ name }) => [inputOf(name), results[inputOf(name)]!]));
  }
}

const inputOf = (name: string): string => `spectral/${name}`;
