import path from 'node:path';
import { EnvironmentFault } from '../common/fault';
import { asFault, diskFiles, replaceFile, type RunFiles } from './files';
import { isAlive, ownIdentity, type ProcessIdentity } from './processIdentity';

const lockFile = (studyFolder: string) => path.join(studyFolder, 'queue.json');

/** The living process that works off the queue of a study folder, if there is one. */
export async function queueOwner(studyFolder: string, files: RunFiles = diskFiles): Promise<ProcessIdentity | undefined> {
  try {
    const owner = JSON.parse(await files.read(lockFile(studyFolder))) as ProcessIdentity;
    return (await isAlive(owner)) ? owner : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes a study folder, so that no two processes start the same trials; returns what gives it back.
 *
 * @throws EnvironmentFault when a living process has it, FileFault when the folder cannot be written
 */
export async function takeStudyFolder(studyFolder: string, files: RunFiles = diskFiles): Promise<() => Promise<void>> {
  const owner = await queueOwner(studyFolder, files);
  if (owner)
    throw new EnvironmentFault(
      `${studyFolder} is being worked on by process ${owner.pid}`,
      'wait for it, stop it or choose another folder',
    );
  const file = lockFile(studyFolder);
  await asFault(studyFolder, () => files.makeFolder(studyFolder));
  await replaceFile(files, file, JSON.stringify(await ownIdentity()));
  return () => asFault(file, () => files.remove(file));
}
