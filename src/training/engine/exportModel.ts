import type { Traced } from './graph';

/**
 * A standalone ONNX file with the weights inside: standard operators, dynamic batch.
 * `traceAt` traces the function at a given batch size; it is called twice, and a function that bakes the batch size in is a `TraceFault`.
 */
export declare function exportModel(traceAt: (batch: number) => Traced, weights: (name: string) => Float32Array): Uint8Array;
