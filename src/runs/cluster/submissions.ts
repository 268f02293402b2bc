import path from 'node:path';
import { FileFault } from '../../common/fault';
import { asFault, diskFiles, replaceFile, type RunFiles } from '../files';

/** A job array that was handed to a scheduler. */
export interface Submission {
  /** Name of the scheduler. */
  readonly scheduler: string;
  readonly job: string;
  readonly submittedAt: string;
  /** Lines of the manifest, from 0. */
  readonly indices: readonly number[];
}

/** A task of a job array, with the scheduler that has it. */
export interface SubmittedTask {
  readonly scheduler: string;
  readonly job: string;
  readonly index: number;
}

interface State {
  readonly version: 1;
  readonly submissions: readonly Submission[];
}

/**
 * What a study folder knows of its jobs: `manifest.jsonl`, one trial id a line, whose lines number the tasks and only grow, and
 * `cluster.json` with the jobs that were submitted. Both survive whoever wrote them, so that anybody can go on watching.
 */
export class Submissions {
  private readonly manifestFile: string;
  private readonly stateFile: string;

  private constructor(
    folder: string,
    private readonly files: RunFiles,
    private readonly trialIds: string[],
    private readonly all: Submission[],
  ) {
    this.manifestFile = manifestFile(folder);
    this.stateFile = stateFile(folder);
  }

  /** Reads what a study folder knows; nothing when it was never in a cluster. Throws a FileFault when a file is broken. */
  static async open(folder: string, files: RunFiles = diskFiles): Promise<Submissions> {
    const ids = await manifest(folder, files);
    const file = stateFile(folder);
    if ((await files.size(file)) === undefined) return new Submissions(folder, files, ids, []);
    const state = parsed(await asFault(file, () => files.read(file)));
    if (!isState(state))
      throw new FileFault(file, 'is not a list of submitted jobs', 'delete it; trials that have no result are then submitted again');
    return new Submissions(folder, files, ids, [...state.submissions]);
  }

  /** Numbers of all jobs that this scheduler was given, oldest first. */
  jobsOf(scheduler: string): string[] {
    return this.all.filter(submission => submission.scheduler === scheduler).map(({ job }) => job);
  }

  /** The trial's line in the manifest; undefined when it has none. */
  indexOf(trialId: string): number | undefined {
    const index = this.trialIds.indexOf(trialId);
    return index < 0 ? undefined : index;
  }

  /** Whether the trial was submitted. */
  has(trialId: string): boolean {
    return this.tasksOf(trialId).length > 0;
  }

  /** The tasks that were submitted for the trial, oldest first. */
  tasksOf(trialId: string): SubmittedTask[] {
    const index = this.trialIds.indexOf(trialId);
    return this.all.filter(({ indices }) => indices.includes(index)).map(({ scheduler, job }) => ({ scheduler, job, index }));
  }

  /** Gives trials a line in the manifest where they have none; existing lines stay. */
  async enlist(trialIds: readonly string[]): Promise<void> {
    const fresh = trialIds.filter(id => !this.trialIds.includes(id));
    if (fresh.length === 0) return;
    this.trialIds.push(...fresh);
    await replaceFile(this.files, this.manifestFile, this.trialIds.map(id => `${JSON.stringify({ id })}\n`).join(''));
  }

  /** Writes down a job that was submitted. */
  async add(submission: Submission): Promise<void> {
    this.all.push(submission);
    await this.write();
  }

  /** Forgets the jobs of trials that begin anew, so that their attempts are counted from nothing. */
  async forget(trialIds: readonly string[]): Promise<void> {
    const indices = new Set(trialIds.map(id => this.trialIds.indexOf(id)));
    const kept = this.all
      .map(submission => ({ ...submission, indices: submission.indices.filter(index => !indices.has(index)) }))
      .filter(submission => submission.indices.length > 0);
    if (JSON.stringify(kept) === JSON.stringify(this.all)) return;
    this.all.splice(0, this.all.length, ...kept);
    await this.write();
  }

  private async write(): Promise<void> {
    const state: State = { version: 1, submissions: this.all };
    await replaceFile(this.files, this.stateFile, `${JSON.stringify(state, undefined, 1)}\n`);
  }
}

/** The trial that an array task stands for. Throws a FileFault when the manifest has no such line. */
export async function trialOfTask(folder: string, index: number, files: RunFiles = diskFiles): Promise<string> {
  const id = (await manifest(folder, files))[index];
  if (id === undefined) throw new FileFault(manifestFile(folder), `has no line ${index + 1}`, 'submit the study again');
  return id;
}

const manifestFile = (folder: string): string => path.join(folder, 'manifest.jsonl');
const stateFile = (folder: string): string => path.join(folder, 'cluster.json');

async function manifest(folder: string, files: RunFiles): Promise<string[]> {
  const file = manifestFile(folder);
  if ((await files.size(file)) === undefined) return [];
  const lines = (await asFault(file, () => files.read(file))).split('\n').filter(line => line !== '');
  return lines.map((line, i) => {
    const id = (parsed(line) as { id?: unknown } | undefined)?.id;
    if (typeof id !== 'string') throw new FileFault(file, `is broken in line ${i + 1}`, 'delete it and submit the study again');
    return id;
  });
}

function isState(value: unknown): value is State {
  const { version, submissions } = (value ?? {}) as Partial<State>;
  return version === 1 && Array.isArray(submissions);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
