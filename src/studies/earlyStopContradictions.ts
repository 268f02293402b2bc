import type { Contradiction } from './contradiction';
import type { Trial } from './study';

/** An arm as far as its hold-out loss depends on it. */
export interface ComparedArm extends Pick<Trial, 'data' | 'encoder' | 'objective'> {
  readonly name: string;
}

const MEND = 'leave "earlyStop" out, or give these arms a study of their own';

/** Why the hold-out losses of a sweep's arms cannot be compared early; arms without pre-training are left alone and stand in no one's way. */
export function* earlyStopContradictions(arms: readonly ComparedArm[]): Generator<Contradiction> {
  const path = ['sweep', 'earlyStop'];
  const pretrained = arms.filter(({ objective }) => objective.kind !== 'none');
  const [first, ...others] = pretrained;
  if (!first) return;
  const teacher = pretrained.find(({ objective }) => objective.kind === 'mask reconstruction');
  if (teacher) {
    const problem = `compares losses, and that of "${teacher.name}" is measured against a teacher of its own`;
    yield { path, problem, mend: MEND };
    return;
  }
  const other = others.find(arm => lossOf(arm) !== lossOf(first));
  if (other) {
    const what = other.objective.kind !== first.objective.kind ? 'objectives' : 'images or masks';
    const problem = `compares losses, and those of "${first.name}" and "${other.name}" cannot be compared: they have different ${what}`;
    yield { path, problem, mend: MEND };
  }
}

/** Everything that decides what a hold-out loss is measured on and how, as a text: equal texts, comparable losses. */
function lossOf({ data, encoder, objective }: ComparedArm): string {
  if (objective.kind === 'none') return '';
  const { steps: _steps, batch: _batch, learningRate: _rate, warmup: _warmup, decoder: _decoder, ...task } = { decoder: 0, ...objective };
  const patch = encoder.kind === 'vit' && objective.kind !== 'denoising' ? encoder.patch : undefined;
  return JSON.stringify([data, patch, Object.entries(task).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
