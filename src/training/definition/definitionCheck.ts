import { requireMasks } from '../../studies/requireMasks';
import type { Trial } from '../../studies/study';
import { ImageLayout, type ImageShape } from '../imageLayout';
import { definedSource } from './definedSource';

/**
 * Holds trials' definitions against their images before anything is started: reads each once, with its checkpoint, and trains nothing. Mask ratios
 * are held against the patches that its tokens stand for. Trials of built-in encoders pass.
 *
 * @param assets folder of the parsers' WebAssembly files
 * @returns rejects with the fault that the run itself would end with
 */
export function definitionCheck(assets: string | undefined): (trial: Trial, image: ImageShape) => Promise<void> {
  const checks = new Map<string, ReturnType<typeof definedSource>>();
  return async (trial, image) => {
    if (trial.encoder.kind !== 'definition') return;
    const { height, width, channels } = image;
    const key = JSON.stringify([trial.study.file, trial.encoder, trial.objective.kind, height, width, channels]);
    const check = checks.get(key) ?? definedSource(trial, new ImageLayout({ height, width, channels }), assets);
    checks.set(key, check);
    const stage = (await check)?.stage;
    if (stage) requireMasks(trial, stage.patches);
  };
}
