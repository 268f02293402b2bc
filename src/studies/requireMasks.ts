import { ValueFault } from '../common/fault';
import type { Trial } from './study';

type MaskedAutoencoder = Extract<Trial['objective'], { kind: 'masked autoencoder' }>;

/** Holds a masked autoencoder's ratios against the patches of an image. Throws a ValueFault where one masks none or all of them. */
export function requireMasks({ objective, study }: Pick<Trial, 'objective' | 'study'>, patches: number): void {
  if (objective.kind !== 'masked autoencoder') return;
  for (const ratio of ratiosOf(objective.maskRatio)) {
    const masked = Math.round(ratio * patches);
    if (masked < 1 || masked >= patches)
      throw new ValueFault(
        study.file,
        'objective.maskRatio',
        `is ${ratio}, which masks ${masked} of the ${patches} patches`,
        'choose a ratio that leaves at least one masked and one visible patch, or smaller patches',
      );
  }
}

/** The extreme ratios of a run. */
function ratiosOf(ratio: MaskedAutoencoder['maskRatio']): readonly number[] {
  if (typeof ratio === 'number') return [ratio];
  return 'random' in ratio ? ratio.random : [ratio.from, ratio.to];
}
