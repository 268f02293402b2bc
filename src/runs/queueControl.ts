import path from 'node:path';
import { asFault, diskFiles, replaceFile, type RunFiles } from './files';

/** What people tell the queue of a study while it works. */
export interface QueueControl {
  /** Nothing new starts; what runs goes on. */
  readonly paused: boolean;
  /** Ids of trials that start before all others, the latest first. */
  readonly first: readonly string[];
}

const controlFile = (studyFolder: string): string => path.join(studyFolder, 'control.json');

/** What the queue of a study folder was told; nothing when it was told nothing or the file is broken. */
export async function readControl(studyFolder: string, files: RunFiles = diskFiles): Promise<QueueControl> {
  const text = await files.read(controlFile(studyFolder)).catch(() => '{}');
  try {
    const { paused, first } = JSON.parse(text) as Partial<QueueControl>;
    return { paused: paused === true, first: Array.isArray(first) ? first.filter(id => typeof id === 'string') : [] };
  } catch {
    return { paused: false, first: [] };
  }
}

/** Tells the queue of a study folder something else. Throws a `FileFault`. */
export async function tellQueue(
  studyFolder: string,
  change: (before: QueueControl) => QueueControl,
  files: RunFiles = diskFiles,
): Promise<QueueControl> {
  const control = change(await readControl(studyFolder, files));
  const file = controlFile(studyFolder);
  if (!control.paused && control.first.length === 0) await asFault(file, () => files.remove(file));
  else await replaceFile(files, file, `${JSON.stringify(control)}\n`);
  return control;
}
