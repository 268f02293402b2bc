import * as tf from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EnvironmentFault } from '../../common/fault';
import { EagerEngine } from './eagerEngine';
import { restoreTypeChecks } from './restoreTypeChecks';
import { TENSORFLOW_PACKAGE } from './tensorFlowPackage';

/** Loads TensorFlow from the folder where it is installed and returns the name of the backend that it registered with tfjs. */
export type TensorFlowLoader = (folder: string, threads: number) => string;

/**
 * Loads the package that the user installed into `folder`, and nothing from anywhere else. Its tfjs-core is another copy than ours, but both keep
 * their backends and kernels in the same global registry. Throws an `EnvironmentFault` where it is not installed, and what the package says
 * where its library does not load.
 */
export const loadTensorFlow: TensorFlowLoader = (folder, threads) => {
  if (!existsSync(path.join(folder, 'node_modules', ...TENSORFLOW_PACKAGE.split('/'), 'package.json')))
    throw new EnvironmentFault(
      'The tensorflow engine is not installed',
      'run "BoundLens: Install TensorFlow Engine" or boundlens engines install tensorflow, or choose another engine',
    );
  const require = createRequire(path.join(folder, 'package.json'));
  restoreTypeChecks(require('node:util') as object);
  Object.assign(process.env, { TF_CPP_MIN_LOG_LEVEL: '2', TF_NUM_INTRAOP_THREADS: `${threads}`, TF_NUM_INTEROP_THREADS: '1' });
  tf.enableProdMode();
  require(TENSORFLOW_PACKAGE);
  return 'tensorflow';
};

/** The same model code, eagerly on TensorFlow; `load` may be exchanged. tfjs' own backend of before stays the current one. */
export function tensorflowEngine(load: TensorFlowLoader, folder: string, threads: number): EagerEngine {
  const before = tf.getBackend();
  const backend = load(folder, threads);
  if (before && tf.getBackend() !== before) void tf.setBackend(before);
  return new EagerEngine('tensorflow', threads, backend);
}
