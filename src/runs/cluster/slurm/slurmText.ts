import type { QueuedTask } from '../scheduler';

/** The format that `parseQueue` reads: array task, state, node, reason. */
export const QUEUE_FORMAT = '%i|%T|%N|%r';

/** Slurm holds a task whose launch failed until an administrator releases it. */
const STUCK = /launch failed requeued held/i;

/**
 * Reads what `squeue -r -h -o QUEUE_FORMAT` prints, one task a line (`4711_3|RUNNING|n2|None`). Lines of other jobs and of other forms are
 * left out.
 */
export function parseQueue(text: string): QueuedTask[] {
  return text.split('\n').flatMap(line => {
    const [id = '', state = '', node = '', reason = ''] = line.trim().split('|');
    const [, job, index] = /^(\d+)_(\d+)$/.exec(id) ?? [];
    if (job === undefined || index === undefined || state === '') return [];
    return [
      {
        job,
        index: Number(index),
        state,
        ...(node !== '' && { node }),
        ...(reason !== '' && reason !== 'None' && { reason }),
        ...(STUCK.test(reason) && { stuck: true }),
      },
    ];
  });
}

/** The number that `sbatch --parsable` prints (`4711` or `4711;cluster`); undefined when there is none. */
export function parseSubmitted(text: string): string | undefined {
  return /^(\d+)(;|$)/.exec(text.trim().split('\n').at(-1) ?? '')?.[1];
}

/** Indices as sbatch takes them: `0-3,7,9-10`. */
export function arraySpec(indices: readonly number[]): string {
  const sorted = [...new Set(indices)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const index of sorted) {
    const last = ranges.at(-1);
    if (last && index === last[1] + 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
