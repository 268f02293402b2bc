import type { ExportSpec } from './engine';
import { exportModel } from './exportModel';
import { trace } from './recorder';

/** A standalone ONNX file of `spec` with the present weights inside: standard operators, dynamic batch. */
export function exportOnnx({ inputs, parameters, outputs }: ExportSpec): Uint8Array {
  const values = new Map(parameters.names.map(name => [parameters.variable(name).name, parameters.values(name)]));
  return exportModel(
    batch => trace(inputs(batch), parameters.variables, outputs),
    name => values.get(name)!,
  );
}
