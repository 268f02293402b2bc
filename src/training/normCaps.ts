import { certifiedNorm } from './certifiedNorm';
import type { Parameters } from './engine/parameters';
import { MatrixNorms } from './matrixNorms';

/** The largest norms that a weight matrix may have. */
export interface NormLimits {
  readonly spectral?: number | undefined;
  /** ‖W‖₂,₁: the sum over outputs of the Euclidean norm of their weights. */
  readonly l21?: number | undefined;
}

/** Rounds of power iteration after each step, from where the step before ended. */
const ROUNDS = 2;
/** What the estimate of a step may miss, and what storing weights in 32 bits may add. */
const STEP_MARGIN = 1e-3;
const STORAGE_MARGIN = 1e-5;

/**
 * Keeps weight matrices under caps, so that the classes that theorems D3 and D4 speak of hold the networks of a run by construction. After
 * each step rows are shrunk onto the ‖·‖₂,₁ ball (its Euclidean projection) and the matrix is scaled back onto the spectral ball by
 * an estimate; `certify` does the same with a certified upper bound.
 */
export class NormCaps extends MatrixNorms {
  /** @param names parameters among which every matrix is capped */
  constructor(
    private readonly parameters: Parameters,
    names: readonly string[],
    readonly limits: NormLimits,
  ) {
    super(parameters, names, 'norm caps');
  }

  /** Brings every matrix back under its caps, the spectral one as closely as an estimate can. */
  enforce(): void {
    for (const { name, rows, power } of this.matrices) {
      const values = this.parameters.values(name);
      if (this.limits.l21 !== undefined) projectRows(values, rows, this.limits.l21 * (1 - STORAGE_MARGIN));
      if (this.limits.spectral !== undefined) shrinkBelow(values, power.estimate(values, ROUNDS) * (1 + STEP_MARGIN), this.limits.spectral);
    }
  }

  /** Brings every matrix under its caps for certain. */
  async certify(): Promise<void> {
    this.enforce();
    const { spectral } = this.limits;
    if (spectral === undefined) return;
    for (const { name, rows, columns } of this.matrices) {
      const values = this.parameters.values(name);
      shrinkBelow(values, await certifiedNorm(values, rows, columns), spectral * (1 - STORAGE_MARGIN));
    }
  }
}

function shrinkBelow(values: Float32Array, size: number, most: number): void {
  if (size <= most) return;
  const factor = most / size;
  for (let i = 0; i < values.length; i++) values[i]! *= factor;
}

/** The nearest matrix whose row norms sum to `most` at most: every row norm is lowered by the same amount, down to 0. */
export function projectRows(values: Float32Array, rows: number, most: number): void {
  const columns = values.length / rows;
  const norms = Array.from({ length: rows }, (_, row) => {
    let squares = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) squares += values[i]! ** 2;
    return Math.sqrt(squares);
  });
  if (norms.reduce((sum, norm) => sum + norm, 0) <= most) return;
  let [sum, threshold] = [0, 0];
  for (const [count, norm] of norms.toSorted((a, b) => b - a).entries()) {
    sum += norm;
    const next = (sum - most) / (count + 1);
    if (norm <= next) break;
    threshold = next;
  }
  for (let row = 0; row < rows; row++) {
    const factor = Math.max(0, 1 - threshold / norms[row]!);
    for (let i = row * columns; i < (row + 1) * columns; i++) values[i]! *= factor;
  }
}
