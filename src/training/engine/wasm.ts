import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { CompiledEngine } from './compiledEngine';
import type { OnnxRuntime } from './onnxRuntime';
import type { OptimiserKernel } from './optimiser';

const SCRIPT = 'ort.wasm.min.js';
/** Its program; packages hold it compressed, because it is larger than all the rest. */
const PROGRAM = 'ort-wasm-simd-threaded.wasm.br';
const runtimes = new Map<string, OnnxRuntime>();

/**
 * ONNX Runtime compiled to WebAssembly, from the folder of bundled files: the script finds its `.mjs` beside itself and is handed its program, which
 * takes some 60 ms to open. A runtime's number of threads is fixed by its first session, so each number has a runtime of its own.
 */
export function loadWasmRuntime(assets: string, threads: number): OnnxRuntime {
  const require = createRequire(__filename);
  const file = require.resolve(resolve(assets, SCRIPT));
  const key = `${threads} ${file}`;
  const known = runtimes.get(key);
  if (known) return known;
  Reflect.deleteProperty(require.cache, file);
  const runtime = require(file) as OnnxRuntime & { env: { wasm: object } };
  const wasmBinary = brotliDecompressSync(readFileSync(resolve(assets, PROGRAM)), { chunkSize: 2 ** 20 });
  Object.assign(runtime.env.wasm, { numThreads: threads, wasmBinary });
  runtimes.set(key, runtime);
  return runtime;
}

/** The engine that runs wherever Node does; the same graphs as the native one, several times slower. */
export function wasmEngine(runtime: OnnxRuntime, threads: number, kernel: OptimiserKernel): CompiledEngine {
  return new CompiledEngine('wasm', runtime, { provider: 'wasm', threads, writesInPlace: false }, kernel);
}
