/**
 * Expected spectral norm of a `rows × columns` matrix with independent centred entries of standard deviation `deviation`:
 * deviation · (√rows + √columns), the large-matrix value (Bai & Yin 1993; for Gaussian entries an upper bound on the expectation, Gordon 1985).
 */
export function initialSpectralNorm(rows: number, columns: number, deviation: number): number {
  return deviation * (Math.sqrt(rows) + Math.sqrt(columns));
}

/** Standard deviation of a uniform draw from ±1/√fanIn, which `torch.nn` gives linear, convolutional and recurrent weights. */
export const fanInDeviation = (fanIn: number): number => 1 / Math.sqrt(3 * fanIn);

/** Standard deviation of Glorot's uniform initialiser, which `torch.nn.MultiheadAttention` uses (Glorot & Bengio 2010). */
export const glorotDeviation = (fanIn: number, fanOut: number): number => Math.sqrt(2 / (fanIn + fanOut));
