/**
 * Everything that can go wrong for a reason a person can mend: one sentence that says what and where, and what to do.
 * Anything else that is thrown is a defect of BoundLens.
 */
export class Fault extends Error {
  /** Exit code of the command line: 1 a fault, 2 wrong use. */
  readonly exitCode: 1 | 2 = 1;

  /**
   * @param what the fact, without a full stop: "train-images.gz ends after 312 of 10,000 images"
   * @param mend what to do about it, as an imperative: "download it again"
   */
  constructor(
    readonly what: string,
    readonly mend: string,
    options?: ErrorOptions,
  ) {
    super(`${what}: ${mend}.`, options);
    this.name = new.target.name;
  }
}

/** A file or folder that is missing, unreadable, broken or cannot be written. */
export class FileFault extends Fault {
  constructor(
    readonly file: string,
    problem: string,
    mend: string,
    options?: ErrorOptions,
  ) {
    super(`${file} ${problem}`, mend, options);
  }
}

/** A value in a study, a specification or a setting that makes no sense; `place` is its path in the file, as `regulariser.lambda`. */
export class ValueFault extends Fault {
  constructor(
    readonly file: string,
    readonly place: string,
    problem: string,
    mend: string,
  ) {
    super(`${file}: ${place} ${problem}`, mend);
  }
}

/** The command line was used wrongly. */
export class UsageFault extends Fault {
  override readonly exitCode = 2;
}

/** What this machine lacks: a native library, memory, an engine. */
export class EnvironmentFault extends Fault {}

/** Raised inside slow work when its `AbortSignal` fires; never shown as a failure. */
export class Stopped extends Fault {
  constructor() {
    super('The run was stopped', 'resume it or start it again');
  }
}

/** The sentence to show for anything that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const SYSTEM_MENDS: Readonly<Record<string, readonly [problem: string, mend: string]>> = {
  ENOENT: ['does not exist', 'check the path'],
  ENOTDIR: ['lies below something that is not a folder', 'check the path'],
  EEXIST: ['is a file, not a folder', 'choose another place'],
  EISDIR: ['is a folder, not a file', 'name a file inside it'],
  EACCES: ['cannot be opened for lack of permission', 'change its permissions or choose another place'],
  EPERM: ['cannot be changed for lack of permission', 'change its permissions or choose another place'],
  EROFS: ['lies on a read-only disk', 'choose another place'],
  ENOSPC: ['cannot be written because the disk is full', 'free some space and start again'],
  EMFILE: ['cannot be opened because too many files are open', 'close some programs and start again'],
};

/** A file-system error of Node as a fault that names the file; anything else is returned as it is. */
export function fileFault(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const known = code === undefined ? undefined : SYSTEM_MENDS[code];
  return known ? new FileFault(file, known[0], known[1], { cause: error }) : error;
}
