import { t } from '../common/translation';
import type { LensText } from './lensText';

/** A lens that does something. */
export interface ActionText extends LensText {
  readonly command: `boundlens.${'preTrain' | 'stop' | 'fineTune' | 'compareRuns' | 'openPanel'}`;
}

const following = (): readonly ActionText[] => [
  {
    title: t('Fine-tune'),
    tooltip: t('Fine-tune a finished run or a checkpoint of this definition on few labels.'),
    command: 'boundlens.fineTune',
  },
  { title: t('Compare'), tooltip: t('Runs of a study side by side: risk, bound and cost.'), command: 'boundlens.compareRuns' },
  { title: t('Panel'), tooltip: t('Training curves, terms of the bound and runs side by side.'), command: 'boundlens.openPanel' },
];

/** The actions over a definition: always four, so that the line keeps its shape while runs come and go. */
export function actionTexts(activeRuns: number): readonly ActionText[] {
  const runs = activeRuns === 1 ? t('1 run') : t('{0} runs', activeRuns);
  const first: ActionText =
    activeRuns === 0
      ? {
          title: t('Pre-train'),
          tooltip: t('Pre-train and fine-tune a study of this definition in the background.'),
          command: 'boundlens.preTrain',
        }
      : { title: t('Stop {0}', runs), tooltip: t('Stop {0} of this definition; what is finished stays.', runs), command: 'boundlens.stop' };
  return [first, ...following()];
}
