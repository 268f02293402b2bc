import type { Trial } from '../studies/study';
import { FINE_TUNING_BATCH, fineTuningSteps } from './fineTuning/fineTune';
import { visibleCount } from './objectives/masks';
import type { Stretch } from './progress';

/** Multiplications per token of one transformer block of this width, attention scores left out, in millions. */
const blockCost = (width: number): number => (12 * width ** 2) / 1e6;

/** What any step costs beside its multiplications, and a certificate or a probe in all, in the same unit (about a millisecond each 20). */
const STEP_OVERHEAD = 10;
const CLOSED_FORM = 8000;

/** Announces what a trial will do, with rough costs that are good enough for a progress bar. */
export function stretchesOf({ data, encoder, objective, regulariser, fineTuning }: Trial, tokens: number): Stretch[] {
  const encoderCost = encoder.depth * blockCost(encoder.width);
  const stretches: Stretch[] = [];
  if (objective.kind !== 'none') {
    const { batch, decoder, maskRatio, steps } = objective;
    const perImage = visibleCount(tokens, maskRatio) * encoderCost + tokens * decoder.depth * blockCost(decoder.width);
    const penalty = regulariser.kind === 'radreg' ? regulariser.batch * tokens * encoderCost : 0;
    stretches.push({ phase: 'pre-training', steps, cost: batch * perImage + penalty + STEP_OVERHEAD });
  }
  const budgets = typeof data.labels === 'number' ? 1 : new Set(data.labels).size;
  for (const mode of Array.from({ length: budgets }, () => fineTuning.modes).flat())
    stretches.push(
      mode === 'probe'
        ? { phase: 'fine-tuning', steps: 1, cost: CLOSED_FORM }
        : {
            phase: 'fine-tuning',
            steps: fineTuningSteps(fineTuning),
            cost: STEP_OVERHEAD + (mode === 'full' ? FINE_TUNING_BATCH * tokens * encoderCost : 0),
          },
    );
  return [...stretches, { phase: 'certifying', steps: 1, cost: CLOSED_FORM }];
}
