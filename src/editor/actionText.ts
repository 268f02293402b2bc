import type { LensText } from './lensText';

/** A lens that does something. */
export interface ActionText extends LensText {
  readonly command: `boundlens.${'preTrain' | 'stop' | 'fineTune' | 'compareRuns' | 'openPanel'}`;
}

const FOLLOWING: readonly ActionText[] = [
  {
    title: 'Fine-tune',
    tooltip: 'Fine-tune a finished run or a checkpoint of this definition on few labels.',
    command: 'boundlens.fineTune',
  },
  { title: 'Compare', tooltip: 'Runs of a study side by side: risk, bound and cost.', command: 'boundlens.compareRuns' },
  { title: 'Panel', tooltip: 'Training curves, terms of the bound and runs side by side.', command: 'boundlens.openPanel' },
];

/** The actions over a definition: always four, so that the line keeps its shape while runs come and go. */
export function actionTexts(activeRuns: number): readonly ActionText[] {
  const runs = activeRuns === 1 ? '1 run' : `${activeRuns} runs`;
  const first: ActionText =
    activeRuns === 0
      ? {
          title: 'Pre-train',
          tooltip: 'Pre-train and fine-tune a study of this definition in the background.',
          command: 'boundlens.preTrain',
        }
      : { title: `Stop ${runs}`, tooltip: `Stop the ${runs} of this definition; what is finished stays.`, command: 'boundlens.stop' };
  return [first, ...FOLLOWING];
}
