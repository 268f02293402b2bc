import type { Row } from './benchmark';

/** Something that BoundLens says of itself and that a measurement can contradict. */
export interface Claim {
  /** The rows that it is about. */
  readonly rows: RegExp;
  /** Only rows with this many threads; all when absent. */
  readonly threads?: number;
  /** Only rows beside such a peer; all when absent. */
  readonly peer?: RegExp;
  /** The largest ours / theirs with which it holds. */
  readonly most: number;
  readonly says: string;
}

/** Claims by the benchmark that checks them. */
export const CLAIMS: Readonly<Record<string, readonly Claim[]>> = {
  training: [
    {
      rows: /^training step of/,
      threads: 1,
      peer: /PyTorch/,
      most: 1,
      says: 'A training step on one thread takes no longer than PyTorch’s.',
    },
    {
      rows: /^training step of/,
      peer: /TensorFlow/,
      most: 0.05,
      says: 'A training step takes less than a twentieth of TensorFlow.js’ on its CPU backend.',
    },
  ],
  definitions: [
    { rows: /^analysis after an edit/, most: 1, says: 'Reading after an edit costs no more than parsing the file once.' },
    { rows: /that 500 edits add/, most: 0.2, says: 'Five hundred edits add no fifth to the memory that reading needs.' },
  ],
  editor: [{ rows: /./, peer: /^budget$/, most: 1, says: 'What an edit and a run take of the editor stays within its budgets.' }],
  fresh: [{ rows: /./, most: 1, says: 'Layers and counts are there sooner than Python can construct the model.' }],
  theory: [
    { rows: /^LogME/, most: 1, says: 'LogME takes no longer than the published algorithm in NumPy.' },
    {
      rows: /^certified spectral norms/,
      peer: /default/,
      most: 0.1,
      says: 'Certified spectral norms take less than a tenth of np.linalg.svd as it is called by default.',
    },
    {
      rows: /^certified spectral norms/,
      peer: /values|compute_uv/,
      most: 0.5,
      says: 'They take less than half of it where it is asked for the singular values alone.',
    },
    { rows: /peak memory beside the limit/, most: 1, says: 'They need less than 600 MB.' },
  ],
  epoch: [{ rows: /^epoch/, most: 1.15, says: 'Reading data, metrics and checkpoints add no seventh to the steps of an epoch.' }],
  sizes: [{ rows: /./, most: 1, says: 'Programs and packages stay within their budgets.' }],
  scaling: [{ rows: /./, most: 1.5, says: 'Twice the work takes about twice the time.' }],
};

/** A claim with the rows that were measured for it. */
export interface CheckedClaim extends Claim {
  readonly measured: readonly Row[];
  readonly isMet: boolean;
}

/** The claims of a benchmark that its rows can check. */
export function checked(name: string, rows: readonly Row[]): readonly CheckedClaim[] {
  return (CLAIMS[name] ?? []).flatMap(claim => {
    const measured = rows.filter(
      row => claim.rows.test(row.work) && (claim.threads ?? row.threads) === row.threads && (!claim.peer || claim.peer.test(row.peer)),
    );
    return measured.length === 0 ? [] : [{ ...claim, measured, isMet: measured.every(({ ratio }) => ratio <= claim.most) }];
  });
}
