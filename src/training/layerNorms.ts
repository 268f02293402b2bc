import { Random } from '../common/random';
import type { Parameters } from './engine/parameters';
import { weightMatrices, type WeightMatrix } from './matrices';
import { PowerIteration } from './powerIteration';

/** Rounds of power iteration at each moment, from where the moment before ended: estimates, a little below the norms. */
const ROUNDS = 20;

/** Estimates the spectral norms of a network's matrices while it changes. */
export class LayerNorms {
  private readonly matrices: readonly (WeightMatrix & { readonly power: PowerIteration })[];

  /** @param names parameters among which every matrix is looked at */
  constructor(
    private readonly parameters: Parameters,
    names: readonly string[],
  ) {
    const random = new Random('layer norms');
    this.matrices = weightMatrices(parameters, names).map(matrix => ({
      ...matrix,
      power: new PowerIteration(matrix.rows, matrix.columns, random.fork(matrix.name)),
    }));
  }

  /** What the next estimates start from, one vector a matrix; for `restore`. */
  snapshot(): readonly Float64Array[] {
    return this.matrices.map(({ power }) => power.snapshot());
  }

  restore(vectors: readonly Float64Array[]): void {
    this.matrices.forEach(({ power }, i) => power.restore(vectors[i]!));
  }

  /** ‖W‖ of every matrix now, by parameter name. */
  measure(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.matrices.map(({ name, power }) => [name, power.estimate(this.parameters.values(name), ROUNDS)]));
  }
}
