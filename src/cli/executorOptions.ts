/** The options that say where and how trials run, as `parse` takes them. */
export const EXECUTOR_OPTIONS = {
  engine: 'string',
  threads: 'string',
  jobs: 'string',
  'state-seconds': 'string',
  on: 'string',
  partition: 'string',
  time: 'string',
  memory: 'string',
  'slurm-option': 'strings',
} as const;

/** How the help shows them. */
export const EXECUTOR_USAGE =
  '[--engine NAME] [--threads K] [--jobs J] [--state-seconds S] [--on local|slurm] [--partition P] [--time T] [--memory M] [--slurm-option=--X=Y]';

export type ExecutorOptions = {
  readonly [K in keyof typeof EXECUTOR_OPTIONS]?: (typeof EXECUTOR_OPTIONS)[K] extends 'strings' ? readonly string[] : string;
};
