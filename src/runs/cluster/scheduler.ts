/** Where a scheduler has a task of a job array. */
export interface QueuedTask {
  /** Number of the job. */
  readonly job: string;
  /** Index within its array: a line of the study folder's manifest. */
  readonly index: number;
  /** The scheduler's own word, such as `PENDING` or `RUNNING`. */
  readonly state: string;
  readonly node?: string;
  /** Why it waits, in the scheduler's words. */
  readonly reason?: string;
  /** Whether the scheduler itself will not start it any more: its start failed, and it waits for somebody to release it. */
  readonly stuck?: boolean;
}

/** An array of tasks that all run the same script, each with an index of its own. */
export interface JobArray {
  readonly name: string;
  /** The script's file; it finds its index in the variable that `Scheduler.indexVariable` names. */
  readonly script: string;
  /** Folder for what the tasks print. */
  readonly logs: string;
  readonly indices: readonly number[];
  /** How many tasks may run at the same time; all that find room when absent. */
  readonly atOnce?: number;
}

/**
 * A cluster's scheduler, as far as a sweep needs one. It may start a task more than once and forget finished ones; a task of a lost node
 * starts again or disappears. Every method throws an `EnvironmentFault` when the scheduler does not answer or refuses.
 */
export interface Scheduler {
  /** As `--on` and `cluster.json` name it. */
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  /** Environment variable that holds a task's index. */
  readonly indexVariable: string;
  /** Submits an array; resolves to the number of the job. */
  submit(array: JobArray): Promise<string>;
  /** The tasks of these jobs that wait or run. */
  queue(jobs: readonly string[]): Promise<QueuedTask[]>;
  /** Ends tasks; those that are over already are no error. */
  cancel(tasks: readonly Pick<QueuedTask, 'job' | 'index'>[]): Promise<void>;
  /** Which start of which task this process is; undefined when it is none. */
  thisTask(environment: Readonly<Record<string, string | undefined>>): TaskIdentity | undefined;
}

/** One start of one task. */
export interface TaskIdentity {
  /** The task, such as `4711_3`. */
  readonly task: string;
  /** How often it was started before. */
  readonly restarts: number;
  readonly node?: string;
}
