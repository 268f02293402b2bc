import { createRequire } from 'node:module';
import { CompiledEngine } from './compiledEngine';
import type { ExecutionProvider } from './engineChoice';
import type { OnnxRuntime } from './onnxRuntime';
import type { OptimiserKernel } from './optimiser';

/** Loads the prebuilt library, which is never bundled; throws what Node says when it has none for this machine. */
export function loadNativeRuntime(): OnnxRuntime {
  return createRequire(__filename)('onnxruntime-node') as OnnxRuntime;
}

/**
 * The engine on ONNX Runtime's own binary: the fastest where it loads. It may only live in a process that can be lost.
 * On another device than the processor, gradients come back as arrays of their own;
 * a device that the library was built without is an error.
 */
export function nativeEngine(
  runtime: OnnxRuntime,
  threads: number,
  kernel: OptimiserKernel,
  provider: ExecutionProvider | 'cpu' = 'cpu',
): CompiledEngine {
  const known = runtime.listSupportedBackends?.();
  if (known && !known.some(({ name }) => name === provider)) throw new Error(`its library for ${process.platform} does not have it`);
  return new CompiledEngine('native', runtime, { provider, threads, writesInPlace: provider === 'cpu' }, kernel);
}
