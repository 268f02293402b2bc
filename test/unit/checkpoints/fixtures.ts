import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Checkpoint } from '../../../src/checkpoints/checkpoint';
import { openCheckpoint } from '../../../src/checkpoints/openCheckpoint';

const FOLDER = 'test/fixtures/checkpoints';

export const fixture = (name: string): string => path.join(FOLDER, name);

/** A reference network: its tensors and the norms that NumPy computed of its layers. */
export interface ReferenceNetwork {
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly sum: number; readonly l2: number }>>;
  readonly layers: readonly {
    readonly name: string;
    readonly frobenius: number;
    readonly spectral: number;
    readonly stable_rank: number;
    readonly norm21_sum_of_row_l2: number;
    readonly max_row_l1: number;
    readonly dist_init_frobenius: number;
    readonly dist_init_norm21_sum_of_row_l2: number;
    readonly conv_input_hw?: number;
    readonly dense_operator_spectral?: number;
  }[];
  readonly measures: Readonly<Record<string, number>> & {
    readonly bartlett2017: Readonly<Record<string, number>>;
    readonly golowich2018: Readonly<Record<string, number>>;
    readonly neyshabur2018_spec_fro_term: Readonly<Record<string, number>>;
  };
}

/** A fitted power law of the reference implementation. */
export interface ReferencePowerLaw {
  readonly alpha: number;
  readonly xmin: number;
  readonly D: number;
  readonly sigma: number;
  readonly tail_count: number;
  readonly eigenvalues?: readonly number[];
  readonly eigenvalues_of_WtW_unnormalised?: readonly number[];
}

export const jsonFixture = (name: string): unknown => JSON.parse(readFileSync(fixture(name), 'utf8'));

export const reference = (model: string): ReferenceNetwork => (jsonFixture('expected.json') as Record<string, ReferenceNetwork>)[model]!;

/** Opens a checkpoint for `use` and closes it afterwards, whatever happens. */
export async function withCheckpoint<T>(file: string, use: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const checkpoint = await openCheckpoint(file);
  try {
    return await use(checkpoint);
  } finally {
    await checkpoint.close();
  }
}
