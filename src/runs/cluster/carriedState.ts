import path from 'node:path';
import { replaceFile, type RunFiles } from '../files';
import { metricOf } from '../metricLines';
import { RunFolder } from '../runFolder';
import { stateMark } from '../trainer/trainingStateFile';

/** What an earlier start of a trial left to go on from. */
interface SavedState {
  readonly folder: RunFolder;
  readonly state: Uint8Array;
  /** What `metrics.jsonl` held when the state was saved. */
  readonly metrics: Uint8Array;
  readonly lines: number;
}

/**
 * Brings to `into` the state that got farthest of those that the starts of a trial on a cluster, and an earlier run of this machine, left; the metrics
 * before it come with it. Which got farthest is told by its metrics, so that no two clocks need to agree; what is damaged is passed over.
 * Returns the folder that the state is from, undefined when there is none.
 *
 * @throws FileFault when `into` cannot be written
 */
export async function carryState(run: RunFolder, into: RunFolder): Promise<RunFolder | undefined> {
  const names = await run.files.folders(run.attempts).catch(() => []);
  const attempts = names.map(name => new RunFolder(path.join(run.attempts, name), run.files));
  let farthest: SavedState | undefined;
  for (const folder of [run, ...attempts]) {
    const saved = await savedState(run.files, folder).catch(() => undefined);
    if (saved && saved.lines >= (farthest?.lines ?? 0)) farthest = saved;
  }
  if (farthest && farthest.folder !== into) {
    await replaceFile(run.files, into.metricsFile, farthest.metrics);
    await replaceFile(run.files, into.stateFile, farthest.state);
  }
  return farthest?.folder;
}

/** The state in a folder, when it and the metrics before it are whole. The trainer may live: it replaces one and appends to the other. */
async function savedState(files: RunFiles, folder: RunFolder): Promise<SavedState | undefined> {
  if (!(await folder.hasTrainingState())) return undefined;
  const state = await files.readBytes(folder.stateFile);
  const mark = stateMark(state);
  if (!mark) return undefined;
  const all = mark.bytes === 0 ? new Uint8Array(0) : await files.readBytes(folder.metricsFile);
  const metrics = all.subarray(0, mark.bytes);
  const texts = Buffer.from(metrics).toString('utf8').split('\n');
  const isWhole = texts.pop() === '' && texts.length === mark.lines && texts.every(text => metricOf(text) !== undefined);
  return isWhole && metrics.length === mark.bytes ? { folder, state, metrics, lines: mark.lines } : undefined;
}
