import type { Parameters } from './engine/parameters';
import { MatrixNorms } from './matrixNorms';

/** Rounds of power iteration at each moment, from where the moment before ended: estimates, a little below the norms. */
const ROUNDS = 20;

/** Estimates the spectral norms of a network's matrices while it changes. */
export class LayerNorms extends MatrixNorms {
  /** @param names parameters among which every matrix is looked at */
  constructor(
    private readonly parameters: Parameters,
    names: readonly string[],
  ) {
    super(parameters, names, 'layer norms');
  }

  /** ‖W‖ of every matrix now, by parameter name. */
  measure(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.matrices.map(({ name, power }) => [name, power.estimate(this.parameters.values(name), ROUNDS)]));
  }
}
