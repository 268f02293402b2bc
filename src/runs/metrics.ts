import { open } from 'node:fs/promises';
import { fileFault } from '../common/fault';
import { metricOf } from './metricLines';
import type { MetricLine } from './record';

/** New lines of a growing `metrics.jsonl`. */
export interface MetricTail {
  readonly lines: readonly MetricLine[];
  /** Lines that were left out because they are not as they were written. */
  readonly damaged: number;
  /** Where to go on reading. */
  readonly offset: number;
  /** Whether the file is shorter than it was (the run began anew): `lines` then start from its beginning. */
  readonly restarted: boolean;
}

const LARGEST_READ = 8 << 20;

/** Reads the complete lines after `offset` bytes, at most 8 MiB at once; a missing file has none, a damaged line is left out and counted. */
export async function readMetrics(file: string, offset = 0): Promise<MetricTail> {
  let handle;
  try {
    handle = await open(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { lines: [], damaged: 0, offset: 0, restarted: offset > 0 };
    throw fileFault(file, error);
  }
  try {
    const { size } = await handle.stat();
    const restarted = size < offset;
    const start = restarted ? 0 : offset;
    const bytes = Buffer.alloc(Math.min(size - start, LARGEST_READ));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    const complete = bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    // No line is as long as all that is read at once: what has no end by then is passed over.
    if (complete === 0 && bytesRead === LARGEST_READ) return { lines: [], damaged: 1, offset: start + bytesRead, restarted };
    const texts = bytes.toString('utf8', 0, complete).split('\n').slice(0, -1);
    const lines = texts.flatMap(text => metricOf(text) ?? []);
    return { lines, damaged: texts.length - lines.length, offset: start + complete, restarted };
  } finally {
    await handle.close();
  }
}
