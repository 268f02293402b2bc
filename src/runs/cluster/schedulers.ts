import type { Scheduler } from './scheduler';
import { slurm } from './slurm/slurm';

/** The schedulers that sweeps can be handed to, by name. */
export const SCHEDULERS = ['slurm'] as const;

/** A scheduler by its name, with its defaults: enough to look at what it has and to cancel; undefined when there is none of that name. */
export function schedulerNamed(name: string): Scheduler | undefined {
  return name === 'slurm' ? slurm() : undefined;
}
