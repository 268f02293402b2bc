import { hostname } from 'node:os';
import { diskFiles, replaceFile, type RunFiles } from './files';
import { isAlive, type ProcessIdentity } from './processIdentity';

/** How often a process says that it lives, and after how long without a word others take it for gone, in milliseconds. */
export const BEAT = 5000;
export const SILENCE = 30_000;

/** Whether the process is on this machine; one of which no host is known counts as being here. */
export const isHere = ({ host }: ProcessIdentity): boolean => host === undefined || host === hostname();

/** Lets a process say that it lives, for those on other machines that share its folder: a file whose content changes with each beat. */
export class Heartbeat {
  private count = 0;

  constructor(
    private readonly file: string,
    private readonly name: string,
    private readonly files: RunFiles = diskFiles,
  ) {}

  /** One beat. A disk that refuses is no reason to die. */
  async beat(): Promise<void> {
    await replaceFile(this.files, this.file, `${this.name} ${this.count++}\n`).catch(() => undefined);
  }
}

const heard = new Map<string, { readonly beat: string; readonly at: number }>();

/**
 * Whether a process lives, as far as can be known here. One on this machine is looked up; one on another is taken for alive until its
 * heartbeat was seen not to change for `SILENCE` milliseconds by this machine's own clock, so that no clocks need to agree.
 *
 * @param beatFile where it writes its heartbeat
 */
export async function mayLive(process: ProcessIdentity, beatFile: string, files: RunFiles = diskFiles): Promise<boolean> {
  if (isHere(process)) return isAlive(process);
  const beat = await files.read(beatFile).catch(() => 'none');
  const known = heard.get(beatFile);
  const now = performance.now();
  if (known?.beat === beat) return now - known.at < SILENCE;
  heard.set(beatFile, { beat, at: now });
  return true;
}
