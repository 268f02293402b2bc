import { compile } from './compile';
import type { Traced } from './graph';
import { TraceFault } from './traceFault';

/** Primes, so that every dimension they divide counts the batch; two, so that a batch size baked into a number shows. */
const TRACED_BATCHES = [1009, 1013] as const;

/**
 * A standalone ONNX file with the weights inside: standard operators, dynamic batch.
 * `weights` and `weightName` give values, and names in the file, by variable name. `traceAt` traces the function at a given batch size;
 * it is called twice, and a function that bakes the batch size in is a `TraceFault`.
 */
export function exportModel(
  traceAt: (batch: number) => Traced,
  weights: (name: string) => Float32Array,
  weightName?: (name: string) => string,
): Uint8Array {
  const [first, second] = TRACED_BATCHES.map(
    dynamicBatch => compile(traceAt(dynamicBatch), { weights, weightName, portable: true, dynamicBatch }).bytes,
  );
  if (Buffer.compare(first!, second!))
    throw new TraceFault('The exported function uses the batch size as a number', 'let it depend on the batch only through shapes');
  return first!;
}
