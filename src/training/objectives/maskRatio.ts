import type { Random } from '../../common/random';

/** A mask ratio as a study says it: fixed, changing evenly over the steps, or drawn in each step. */
export type MaskRatio = number | { readonly from: number; readonly to: number } | { readonly random: readonly [number, number] };

/** Most different ratios of one run: each may need a trace of its own. */
const RATIOS = 16;

/** The ratio at `share` of the way between two, on a grid of at most 16. */
const onGrid = (least: number, most: number, share: number): number =>
  least + (most - least) * (Math.round(share * (RATIOS - 1)) / (RATIOS - 1));

/** The ratio of step `step` (from 0) of `steps`; draws from `random` only where the study asks for it. */
export function maskRatioAt(ratio: MaskRatio, step: number, steps: number, random: Random): number {
  if (typeof ratio === 'number') return ratio;
  if ('random' in ratio) return onGrid(ratio.random[0], ratio.random[1], random.uniform());
  return onGrid(ratio.from, ratio.to, steps > 1 ? step / (steps - 1) : 1);
}

/** The ratio that held-out images are measured at in all moments: the last of a schedule, the middle of a random one. */
export function holdOutRatio(ratio: MaskRatio): number {
  if (typeof ratio === 'number') return ratio;
  return 'random' in ratio ? (ratio.random[0] + ratio.random[1]) / 2 : ratio.to;
}
