import { createRequire } from 'node:module';
import { CompiledEngine } from './compiledEngine';
import type { OnnxRuntime } from './onnxRuntime';
import type { OptimiserKernel } from './optimiser';

/** Loads the prebuilt library, which is never bundled; throws what Node says when it has none for this machine. */
export function loadNativeRuntime(): OnnxRuntime {
  return createRequire(__filename)('onnxruntime-node') as OnnxRuntime;
}

/** The engine on ONNX Runtime's own binary: the fastest where it loads. It may only live in a process that can be lost. */
export function nativeEngine(runtime: OnnxRuntime, threads: number, kernel: OptimiserKernel): CompiledEngine {
  return new CompiledEngine('native', runtime, { provider: 'cpu', threads, writesInPlace: true }, kernel);
}
