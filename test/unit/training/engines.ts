import path from 'node:path';
import type { Engine } from '../../../src/training/engine/engine';
import { ReferenceEngine } from '../../../src/training/engine/reference';
import { createEngine } from '../../../src/training/engine/select';

let native: Promise<Engine> | undefined;

/** The engine that trials run on, one thread; made once. */
export const nativeEngine = (): Promise<Engine> =>
  (native ??= createEngine({ name: 'native', threads: 1, assets: path.join(process.cwd(), 'dist') }));

let wasm: Promise<Engine> | undefined;

/** What runs where the native library does not load; made once. */
export const wasmEngine = (): Promise<Engine> =>
  (wasm ??= createEngine({ name: 'wasm', threads: 1, assets: path.join(process.cwd(), 'dist') }));

/** Eager tfjs, the independent oracle: slow, for tiny models. */
export const referenceEngine = (): Promise<Engine> => Promise.resolve(new ReferenceEngine());
