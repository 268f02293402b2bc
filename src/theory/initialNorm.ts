/**
 * Expected spectral norm of a `rows × columns` matrix with independent centred entries of the given standard deviation:
 * deviation·(√rows + √columns). The limit for large matrices and an upper bound on the mean for normal entries (Gordon 1985); an estimate otherwise.
 */
export const expectedSpectralNorm = (rows: number, columns: number, deviation: number): number =>
  deviation * (Math.sqrt(rows) + Math.sqrt(columns));

/** Standard deviation of a uniform draw from ±bound. */
export const uniformDeviation = (bound: number): number => bound / Math.sqrt(3);

/** Standard deviation of the entries of `torch.nn.Linear(inputs, …)` at initialisation: uniform on ±1/√inputs. */
export const torchLinearDeviation = (inputs: number): number => uniformDeviation(1 / Math.sqrt(inputs));
