import type { DType, Traced } from './graph';

export interface CompileOptions {
  /** Values of variables to store in the model, by variable name; a variable without one stays an input. */
  readonly weights?: (name: string) => Float32Array | undefined;
  /** Only standard ONNX operators, and outputs under our own names: for files that other programs open. */
  readonly portable?: boolean;
  /** The batch size of the trace, if the batch is to be dynamic: every dimension it divides is left open (choose a large prime). */
  readonly dynamicBatch?: number;
}

export interface CompiledModel {
  readonly bytes: Uint8Array;
  /** What the model is fed, variables (`var/<name>`) included; inputs that no output depends on are left out. */
  readonly inputs: readonly { readonly name: string; readonly dtype: DType; readonly shape: readonly number[] }[];
  /** Our output name → the name of the ONNX output. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Number of ONNX operators. */
  readonly nodes: number;
}

/** Writes a traced graph as an ONNX model (opset 20). */
export declare function compile(traced: Traced, options?: CompileOptions): CompiledModel;
