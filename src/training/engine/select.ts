import { EnvironmentFault, sentenceOf } from '../../common/fault';
import type { Engine } from './engine';
import { providerOf, type EngineChoice, type ExecutionProvider } from './engineChoice';
import { enginesFolder, tensorFlowFolder } from './enginesFolder';
import { loadNativeRuntime, nativeEngine } from './native';
import type { OnnxRuntime } from './onnxRuntime';
import { OptimiserKernel } from './optimiser';
import { probe } from './probe';
import { loadTensorFlow, tensorflowEngine, type TensorFlowLoader } from './tensorflow';
import { loadWasmRuntime, wasmEngine } from './wasm';

export interface EngineRequest {
  /** `auto`, the default, takes the native engine where it works and the wasm engine everywhere else. */
  readonly name?: EngineChoice;
  /** Threads inside one operator, 1 by default; results are the same bits only for the same number. */
  readonly threads?: number;
  /** The folder with `optimiser.wasm` and the files of ONNX Runtime's WebAssembly build. */
  readonly assets: string;
  /** The folder of engines that the user installed; the one of this user when absent. */
  readonly installed?: string;
  /** Takes a line about the choice that was made. */
  readonly log?: (line: string) => void;
}

/** Where the runtimes come from; tests put others in their place. */
export interface RuntimeLoaders {
  readonly native: () => OnnxRuntime;
  readonly wasm: (assets: string, threads: number) => OnnxRuntime;
  readonly tensorflow: TensorFlowLoader;
}

const LOADERS: RuntimeLoaders = { native: loadNativeRuntime, wasm: loadWasmRuntime, tensorflow: loadTensorFlow };

/** A probed engine; an `EnvironmentFault` when the engine that was named, or with `auto` every engine, does not work here. */
export async function createEngine(request: EngineRequest, loaders: RuntimeLoaders = LOADERS): Promise<Engine> {
  const { name = 'auto', threads = 1, log = () => undefined } = request;
  if (name === 'reference') return new (await import('./reference')).ReferenceEngine();
  if (name === 'tensorflow') {
    const folder = tensorFlowFolder(request.installed ?? enginesFolder());
    const tensorflow = async () => probed(tensorflowEngine(loaders.tensorflow, folder, threads));
    return tensorflow().catch(unavailable('The tensorflow engine does not work', 'install it again, or choose another engine'));
  }
  const kernel = OptimiserKernel.load(request.assets);
  const native = async (provider?: ExecutionProvider) => probed(nativeEngine(loaders.native(), threads, kernel, provider));
  const wasm = async () => probed(wasmEngine(loaders.wasm(request.assets, threads), threads, kernel));

  const provider = providerOf(name);
  if (provider) {
    const engine = await native(provider).catch(
      unavailable(`The native engine cannot compute on ${provider}`, 'choose native, which computes on the processor'),
    );
    log(`The native engine computes on ${provider}.`);
    return engine;
  }
  if (name === 'native')
    return native().catch(unavailable('The native engine does not work', 'choose the wasm engine, which runs everywhere, or auto'));
  if (name === 'auto') {
    try {
      return await native();
    } catch (error) {
      log(`The native engine does not work here (${firstLine(error)}), so the wasm engine trains instead, several times slower.`);
    }
  }
  return wasm().catch(unavailable('The wasm engine does not work', 'install BoundLens again'));
}

/** The engine once it has proved itself in one training step. */
async function probed(engine: Engine): Promise<Engine> {
  await probe(engine);
  return engine;
}

/** Makes a fault of what went wrong: one sentence that begins with `what` and ends with `mend`. */
function unavailable(what: string, mend: string): (error: unknown) => never {
  return error => {
    if (error instanceof EnvironmentFault) throw error;
    throw new EnvironmentFault(`${what} here (${firstLine(error)})`, mend, { cause: error });
  };
}

/** The first line of an error; of a native library's, which begins with a place in its source, the last sentence. */
const firstLine = (error: unknown): string =>
  sentenceOf(error)
    .split('\n')[0]!
    .trim()
    .replace(/^\/.*\.cc:\d+ .*\. (?=[A-Z])/, '')
    .replace(/[.:]$/, '');
