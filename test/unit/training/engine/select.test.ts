import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentFault } from '../../../../src/common/fault';
import { EXECUTION_PROVIDERS, type EngineChoice, type EngineName } from '../../../../src/training/engine/engineChoice';
import { loadNativeRuntime } from '../../../../src/training/engine/native';
import type { OnnxRuntime } from '../../../../src/training/engine/onnxRuntime';
import { createEngine, type RuntimeLoaders } from '../../../../src/training/engine/select';
import { loadWasmRuntime } from '../../../../src/training/engine/wasm';
import { standInForTensorFlow } from './standInForTensorFlow';

const works: RuntimeLoaders = { native: loadNativeRuntime, wasm: loadWasmRuntime, tensorflow: standInForTensorFlow };

const missing = (): never => {
  throw new Error("Cannot find module 'onnxruntime-node'\nRequire stack:\n- trainer.js");
};

/** A runtime that loads and then computes nonsense. */
const wrong = (): OnnxRuntime => {
  const runtime = loadNativeRuntime();
  const create = async (bytes: Uint8Array): Promise<object> => {
    const session = await runtime.InferenceSession.create(bytes);
    return {
      run: async (feeds: never) => {
        const results = await session.run(feeds);
        for (const { data } of Object.values(results)) (data as Float32Array).fill(7);
        return results;
      },
      release: () => session.release(),
    };
  };
  return { Tensor: runtime.Tensor, InferenceSession: { create } } as unknown as OnnxRuntime;
};

/** A runtime that has a GPU: it takes its sessions to the processor and writes down what was asked for. */
const withDevice = (devices: readonly string[], asked: unknown[] = []): OnnxRuntime => {
  const runtime = loadNativeRuntime();
  const create = (bytes: Uint8Array, options: { executionProviders: readonly string[] }): Promise<object> => {
    asked.push(options.executionProviders);
    return runtime.InferenceSession.create(bytes, { ...options, executionProviders: ['cpu'] });
  };
  const listSupportedBackends = () => ['cpu', ...devices].map(name => ({ name }));
  return { Tensor: runtime.Tensor, InferenceSession: { create }, listSupportedBackends } as unknown as OnnxRuntime;
};

describe('createEngine', () => {
  const choices: [asked: EngineChoice | undefined, loaders: RuntimeLoaders, got: EngineName, log: RegExp | undefined, why: string][] = [
    [undefined, works, 'native', undefined, 'auto is the default'],
    ['auto', works, 'native', undefined, 'native where it works, without a word'],
    [
      'auto',
      { ...works, native: missing },
      'wasm',
      /native engine .*Cannot find module 'onnxruntime-node'\).*wasm/,
      'its binary is missing',
    ],
    ['auto', { ...works, native: wrong }, 'wasm', /native engine .*instead of 2.5 and 1.625.*wasm/, 'it loads and computes nonsense'],
    ['wasm', works, 'wasm', undefined, 'as asked'],
    ['native', works, 'native', undefined, 'as asked'],
    [
      'native:cuda',
      { ...works, native: () => withDevice(['cuda']) },
      'native',
      /^The native engine computes on cuda\.$/,
      'its device is there',
    ],
    ['tensorflow', { native: missing, wasm: missing, tensorflow: standInForTensorFlow }, 'tensorflow', undefined, 'as asked'],
    ['reference', { native: missing, wasm: missing, tensorflow: missing }, 'reference', undefined, 'needs no runtime'],
  ];
  for (const [asked, loaders, got, log, why] of choices)
    it(`${asked ?? 'no name'} gives the ${got} engine: ${why}`, async () => {
      const lines: string[] = [];
      const engine = await createEngine({ name: asked, assets: 'dist', log: line => lines.push(line) }, loaders);
      assert.equal(engine.name, got);
      assert.equal(engine.threads, 1);
      assert.equal(lines.length, log ? 1 : 0);
      if (log) assert.match(lines[0]!, log);
      engine.dispose();
    });

  it('asks for the device alone, so that the runtime cannot fall back to the processor in silence', async () => {
    for (const provider of EXECUTION_PROVIDERS) {
      const asked: unknown[] = [];
      const native = () => withDevice(EXECUTION_PROVIDERS, asked);
      await createEngine({ name: `native:${provider}`, assets: 'dist' }, { ...works, native });
      assert.deepEqual(asked, [[provider]]);
    }
  });

  const noAdapter = (): OnnxRuntime => {
    const create = () => Promise.reject(new Error('/src/webgpu_context.cc:136 void f() ok() was false. Failed to get an adapter: none.\n'));
    return { Tensor: loadNativeRuntime().Tensor, InferenceSession: { create } };
  };
  const faults: [asked: EngineChoice, loaders: RuntimeLoaders, message: RegExp][] = [
    [
      'native',
      { ...works, native: missing },
      /^The native engine does not work here \(Cannot find module 'onnxruntime-node'\): choose the wasm engine/,
    ],
    ['native', { ...works, native: wrong }, /^The native engine does not work here \(its first step gave 7 and .*: choose the wasm engine/],
    ['wasm', { ...works, wasm: missing }, /^The wasm engine does not work here/],
    ['auto', { ...works, native: missing, wasm: missing }, /^The wasm engine does not work here/],
    [
      'native:dml',
      { ...works, native: () => withDevice(['cuda']) },
      /^The native engine cannot compute on dml here \(its library for \w+ does not have it\): choose native, which computes on the processor\.$/,
    ],
    [
      'native:webgpu',
      { ...works, native: noAdapter },
      /^The native engine cannot compute on webgpu here \(Failed to get an adapter: none\): choose native/,
    ],
    ['native:cuda', { ...works, native: wrong }, /^The native engine cannot compute on cuda here \(.*\): choose native/],
    [
      'tensorflow',
      { ...works, tensorflow: missing },
      /^The tensorflow engine does not work here \(Cannot find module .*: install it again/,
    ],
  ];
  for (const [asked, loaders, message] of faults)
    it(`${asked} is refused in one sentence: ${message.source}`, () =>
      assert.rejects(createEngine({ name: asked, assets: 'dist' }, loaders), (error: unknown) => {
        assert.ok(error instanceof EnvironmentFault);
        assert.match(error.message, message);
        assert.ok(!error.message.includes('\n'));
        return true;
      }));

  it('says which file of the installation is missing', () =>
    assert.rejects(
      createEngine({ assets: tmpdir() }),
      (error: unknown) => error instanceof EnvironmentFault && error.message.includes('optimiser.wasm'),
    ));

  it('needs nothing but the folder of bundled files for the wasm engine', async () => {
    const assets = mkdtempSync(join(tmpdir(), 'boundlens-engine-'));
    try {
      for (const file of ['optimiser.wasm', 'ort.wasm.min.js', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm.br'])
        cpSync(join('dist', file), join(assets, file));
      const engine = await createEngine({ name: 'wasm', threads: 2, assets });
      assert.equal(engine.threads, 2);
      engine.dispose();
    } finally {
      rmSync(assets, { recursive: true, force: true });
    }
  });
});
