import type { Trial } from '../../studies/study';
import { ImageLayout, type ImageShape } from '../imageLayout';
import { definedSource } from './definedSource';

/**
 * Holds trials' definitions against their images before anything is started: reads each once, with its checkpoint, and trains nothing.
 * Trials of built-in encoders pass.
 *
 * @param assets folder of the parsers' WebAssembly files
 * @returns rejects with the fault that the run itself would end with
 */
export function definitionCheck(assets: string | undefined): (trial: Trial, image: ImageShape) => Promise<void> {
  const checks = new Map<string, Promise<void>>();
  return async (trial, image) => {
    if (trial.encoder.kind !== 'definition') return;
    const { height, width, channels } = image;
    const key = JSON.stringify([trial.study.file, trial.encoder, height, width, channels]);
    const check = checks.get(key) ?? definedSource(trial, new ImageLayout({ height, width, channels }), assets).then(() => undefined);
    checks.set(key, check);
    await check;
  };
}
