import { GramAccumulator } from '../theory/weights/gramAccumulator';
import { plainProduct } from '../theory/weights/products';
import { spectralBracket } from '../theory/weights/spectralBracket';

/** A number that the spectral norm of a row-major matrix certainly does not exceed, about 10⁻⁴ above it at most; ‖W‖_F where it is very large. */
export async function certifiedNorm(values: Float32Array, rows: number, columns: number): Promise<number> {
  const trace = values.reduce((sum, value) => sum + value * value, 0);
  const layout = { rows, columns, outputs: 'rows' } as const;
  if (!GramAccumulator.fits(layout)) return Math.sqrt(trace) * (1 + 1e-9);
  const gram = new GramAccumulator(layout, plainProduct);
  await gram.add(values.slice());
  return (await spectralBracket(await gram.finish(trace), plainProduct)).upper;
}
