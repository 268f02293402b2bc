/** Norms of a definition's learnable tensors, as expected at initialisation or measured; undefined where they are not known. */
export interface WeightNorms {
  /** Spectral norm of a tensor as a matrix with one row an output. */
  spectral(path: string, tensor: string): number | undefined;
  /** Euclidean norm of all entries of a tensor; 0 for one that is absent, as a bias that is switched off. */
  length(path: string, tensor: string): number | undefined;
  /** Largest absolute entry of the gain of a normalisation. */
  largest(path: string, tensor: string): number | undefined;
  /** Least running variance of a batch normalisation. */
  leastVariance(path: string | null): number | undefined;
}
