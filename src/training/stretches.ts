import { regularisersOf } from '../studies/regularisers';
import type { Trial } from '../studies/study';
import { FINE_TUNING_BATCH, fineTuningSteps } from './fineTuning/fineTune';
import type { Model } from './model';
import type { Stretch } from './progress';

/** What any step costs beside its multiplications, and a certificate or a probe in all, in the same unit (about a millisecond each 20). */
const STEP_OVERHEAD = 10;
const CLOSED_FORM = 8000;

/** Announces what a trial will do, with rough costs that are good enough for a progress bar. */
export function stretchesOf(trial: Trial, { encoder, objective: made }: Pick<Model, 'encoder' | 'objective'>): Stretch[] {
  const { data, objective, regulariser, fineTuning } = trial;
  const stretches: Stretch[] = [];
  if (objective.kind !== 'none') {
    const penalised = regularisersOf(regulariser).reduce((sum, one) => sum + ('batch' in one ? one.batch : 0), 0);
    const cost = objective.batch * (encoder.cost + (made?.cost ?? 0)) + penalised * encoder.cost;
    stretches.push({ phase: 'pre-training', steps: objective.steps, cost: cost + STEP_OVERHEAD });
  }
  const budgets = typeof data.labels === 'number' ? 1 : new Set(data.labels).size;
  for (const mode of Array.from({ length: budgets }, () => fineTuning.modes).flat())
    stretches.push(
      mode === 'probe'
        ? { phase: 'fine-tuning', steps: 1, cost: CLOSED_FORM }
        : {
            phase: 'fine-tuning',
            steps: fineTuningSteps(fineTuning),
            cost: STEP_OVERHEAD + (mode === 'full' ? FINE_TUNING_BATCH * encoder.cost : 0),
          },
    );
  return [...stretches, { phase: 'certifying', steps: 1, cost: CLOSED_FORM }];
}
