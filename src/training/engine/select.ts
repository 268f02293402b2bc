import { EnvironmentFault, sentenceOf } from '../../common/fault';
import type { Engine, EngineName } from './engine';
import { loadNativeRuntime, nativeEngine } from './native';
import type { OnnxRuntime } from './onnxRuntime';
import { OptimiserKernel } from './optimiser';
import { probe } from './probe';
import { loadWasmRuntime, wasmEngine } from './wasm';

export interface EngineRequest {
  /** `auto`, the default, takes the native engine where it works and the wasm engine everywhere else. */
  readonly name?: EngineName | 'auto';
  /** Threads inside one operator, 1 by default; results are the same bits only for the same number. */
  readonly threads?: number;
  /** The folder with `optimiser.wasm` and the files of ONNX Runtime's WebAssembly build. */
  readonly assets: string;
  /** Takes a line about the choice that was made. */
  readonly log?: (line: string) => void;
}

/** Where the runtimes come from; tests put others in their place. */
export interface RuntimeLoaders {
  readonly native: () => OnnxRuntime;
  readonly wasm: (assets: string, threads: number) => OnnxRuntime;
}

const LOADERS: RuntimeLoaders = { native: loadNativeRuntime, wasm: loadWasmRuntime };

/** A probed engine; an `EnvironmentFault` when the engine that was named, or with `auto` every engine, does not work here. */
export async function createEngine(request: EngineRequest, loaders: RuntimeLoaders = LOADERS): Promise<Engine> {
  const { name = 'auto', threads = 1, log = () => undefined } = request;
  if (name === 'reference') return new (await import('./reference')).ReferenceEngine();
  const kernel = OptimiserKernel.load(request.assets);
  const native = async () => probed(nativeEngine(loaders.native(), threads, kernel));
  const wasm = async () => probed(wasmEngine(loaders.wasm(request.assets, threads), threads, kernel));

  if (name === 'native') return native().catch(unavailable('native', 'choose the wasm engine, which runs everywhere, or auto'));
  if (name === 'auto') {
    try {
      return await native();
    } catch (error) {
      log(`The native engine does not work here (${firstLine(error)}), so the wasm engine trains instead, several times slower.`);
    }
  }
  return wasm().catch(unavailable('wasm', 'install BoundLens again'));
}

/** The engine once it has proved itself in one training step. */
async function probed(engine: Engine): Promise<Engine> {
  await probe(engine);
  return engine;
}

function unavailable(name: EngineName, mend: string): (error: unknown) => never {
  return error => {
    throw new EnvironmentFault(`The ${name} engine does not work here (${firstLine(error)})`, mend, { cause: error });
  };
}

const firstLine = (error: unknown): string => sentenceOf(error).split('\n')[0]!.replace(/[.:]$/, '');
