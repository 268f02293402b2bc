import { Random } from '../common/random';
import type { Parameters } from './engine/parameters';
import { weightMatrices, type WeightMatrix } from './matrices';
import { PowerIteration } from './powerIteration';

/** A weight matrix with the power iteration that follows its spectral norm. */
interface FollowedMatrix extends WeightMatrix {
  readonly power: PowerIteration;
}

/** What follows the spectral norms of a network's matrices while they change: each estimate starts from where the one before ended. */
export class MatrixNorms {
  readonly matrices: readonly FollowedMatrix[];

  /**
   * @param names parameters among which every matrix is followed
   * @param purpose what the first vectors are drawn for
   */
  constructor(parameters: Parameters, names: readonly string[], purpose: string) {
    const random = new Random(purpose);
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
}
