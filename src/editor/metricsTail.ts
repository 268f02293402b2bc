import { open } from 'node:fs/promises';
import * as path from 'node:path';
import type { MetricLine } from '../runs/record';

/** Read at most this much at a time, so that a long file does not hold up the host. */
const MOST_BYTES = 1 << 20;

/** Follows the metrics of one run: each `read` gives the whole lines that were written since the last. */
export class MetricsTail {
  private offset = 0;
  private rest = Buffer.alloc(0);

  constructor(private readonly runFolder: string) {}

  /**
   * The new lines, at most a megabyte of them, and whether more are waiting. A file that is not there yet has none; one that got shorter
   * (the run started again) is read from its start, and `restarted` is true. Lines that are not JSON are left out.
   */
  async read(): Promise<{ readonly lines: readonly MetricLine[]; readonly more: boolean; readonly restarted: boolean }> {
    const file = await open(path.join(this.runFolder, 'metrics.jsonl'), 'r').catch(() => undefined);
    if (!file) return { lines: [], more: false, restarted: false };
    try {
      const { size } = await file.stat();
      const restarted = size < this.offset;
      if (restarted) this.rewind();
      const length = Math.min(size - this.offset, MOST_BYTES);
      if (length === 0) return { lines: [], more: false, restarted };
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, this.offset);
      this.offset += bytesRead;
      return { lines: this.wholeLines(buffer.subarray(0, bytesRead)), more: this.offset < size, restarted };
    } finally {
      await file.close();
    }
  }

  private rewind(): void {
    this.offset = 0;
    this.rest = Buffer.alloc(0);
  }

  private wholeLines(bytes: Buffer): readonly MetricLine[] {
    const text = Buffer.concat([this.rest, bytes]);
    const end = text.lastIndexOf('\n') + 1;
    this.rest = text.subarray(end);
    return text.toString('utf8', 0, end).split('\n').flatMap(metricLine);
  }
}

function metricLine(text: string): readonly MetricLine[] {
  try {
    const value = JSON.parse(text) as Partial<MetricLine> | null;
    return typeof value?.phase === 'string' && typeof value.step === 'number' && value.values ? [value as MetricLine] : [];
  } catch {
    return [];
  }
}
