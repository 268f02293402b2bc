import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EnvironmentFault } from '../common/fault';
import { asFault, diskFiles, renameOver, type RunFiles } from './files';
import { BEAT, Heartbeat, isHere, mayLive } from './heartbeat';
import { ownIdentity, type ProcessIdentity } from './processIdentity';

/** Who works off the queue of a study folder; the token tells two takings by one process apart. */
interface Owner extends ProcessIdentity {
  readonly token: string;
}

const lockFile = (studyFolder: string) => path.join(studyFolder, 'queue.json');
const beatFile = (studyFolder: string) => path.join(studyFolder, 'queue.alive');
/** Who takes the folder over from the owner with this token; of several that try, one makes this file. */
const successorFile = (studyFolder: string, token: string) => path.join(studyFolder, `queue.after-${token}.json`);

/** Between two looks at an owner on another machine, in milliseconds. */
const LOOK = 500;

/** The process that works off the queue of a study folder, if there is one that may live. */
export async function queueOwner(studyFolder: string, files: RunFiles = diskFiles): Promise<ProcessIdentity | undefined> {
  const owner = await lastOwner(studyFolder, files);
  return owner && (await mayLive(owner, beatFile(studyFolder), files)) ? owner : undefined;
}

/**
 * Takes a study folder, so that no two processes start the same trials; returns what gives it back. An owner that died is succeeded by
 * exactly one of those that try. Whether an owner on another machine lives is watched for up to half a minute.
 *
 * @param onLost hears when another process has taken the folder over, because this one was not heard of for long
 * @throws EnvironmentFault when a living process has it, FileFault when the folder cannot be written
 */
export async function takeStudyFolder(
  studyFolder: string,
  files: RunFiles = diskFiles,
  onLost: () => void = () => undefined,
): Promise<() => Promise<void>> {
  const lock = lockFile(studyFolder);
  const own: Owner = { ...(await ownIdentity()), token: randomUUID() };
  const claim = path.join(studyFolder, `queue.${own.token}.claim`);
  await asFault(studyFolder, () => files.makeFolder(studyFolder));
  await asFault(claim, () => files.write(claim, JSON.stringify(own)));
  try {
    while (!(await asFault(lock, () => files.link(claim, lock)))) if (await succeed(studyFolder, own, claim, files)) break;
  } finally {
    await files.remove(claim).catch(() => undefined);
  }
  return keepHold(studyFolder, own, files, onLost);
}

/** Takes the place of a dead owner; false when the folder changed hands meanwhile and has to be looked at again. */
async function succeed(studyFolder: string, own: Owner, claim: string, files: RunFiles): Promise<boolean> {
  const lock = lockFile(studyFolder);
  const first = await ownerIn(lock, files);
  const last = await lastOwner(studyFolder, files);
  if (!first || !last) return false;
  await requireGone(studyFolder, last, files);
  const successor = successorFile(studyFolder, last.token);
  if (!(await asFault(successor, () => files.link(claim, successor)))) return false;
  const isStill = (await ownerIn(lock, files))?.token === first.token;
  if (isStill) await asFault(lock, () => renameOver(files, claim, lock));
  for (let token: string | undefined = isStill ? first.token : last.token; token !== undefined && token !== own.token;) {
    const next: Owner | undefined = await ownerIn(successorFile(studyFolder, token), files);
    await files.remove(successorFile(studyFolder, token)).catch(() => undefined);
    token = next?.token;
  }
  return isStill;
}

/** Waits until an owner is known to be gone. Throws as soon as it is known to live. */
async function requireGone(studyFolder: string, owner: Owner, files: RunFiles): Promise<void> {
  const beat = beatFile(studyFolder);
  const before = await files.read(beat).catch(() => '');
  while (await mayLive(owner, beat, files)) {
    if (isHere(owner) || (await files.read(beat).catch(() => '')) !== before)
      throw new EnvironmentFault(
        `${studyFolder} is being worked on by process ${owner.pid}${isHere(owner) ? '' : ` on ${owner.host}`}`,
        'wait for it, stop it or choose another folder',
      );
    await pause(LOOK);
  }
}

/** Gives heartbeats until the folder is given back, and notices when it was taken over. */
function keepHold(studyFolder: string, own: Owner, files: RunFiles, onLost: () => void): () => Promise<void> {
  const lock = lockFile(studyFolder);
  const heart = new Heartbeat(beatFile(studyFolder), own.token, files);
  const isOwn = async () => (await ownerIn(lock, files))?.token === own.token;
  const beat = async () => {
    if ((await files.size(lock).catch(() => 0)) !== undefined && !(await isOwn())) {
      clearInterval(timer);
      onLost();
    } else await heart.beat();
  };
  const timer = setInterval(() => void beat().catch(() => undefined), BEAT);
  timer.unref();
  const first = heart.beat();
  return async () => {
    clearInterval(timer);
    await first;
    if (await isOwn()) for (const file of [lock, beatFile(studyFolder)]) await asFault(file, () => files.remove(file));
  };
}

/** The owner in the lock, or who is taking its place. */
async function lastOwner(studyFolder: string, files: RunFiles): Promise<Owner | undefined> {
  let owner = await ownerIn(lockFile(studyFolder), files);
  while (owner) {
    const next: Owner | undefined = await ownerIn(successorFile(studyFolder, owner.token), files);
    if (!next) break;
    owner = next;
  }
  return owner;
}

/** What a lock file says; a broken one stands for a process that is gone. Undefined when there is none. */
async function ownerIn(file: string, files: RunFiles): Promise<Owner | undefined> {
  let text: string;
  try {
    text = await files.read(file);
  } catch {
    return undefined;
  }
  const token = createHash('sha256').update(text).digest('hex').slice(0, 16);
  try {
    const owner = JSON.parse(text) as Partial<Owner>;
    if (typeof owner.pid === 'number' && typeof owner.startedAt === 'string')
      return { token, ...owner, pid: owner.pid, startedAt: owner.startedAt };
  } catch {
    // Broken: below.
  }
  return { pid: 0, startedAt: 'unknown', token };
}
