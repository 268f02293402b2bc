import { open } from 'node:fs/promises';

const LARGEST_LOG = 1 << 20;

/**
 * Cuts a log that has grown beyond `limit` bytes down to its last half, from the start of a line. The file itself stays, so that processes
 * that append to it go on doing so. A missing file is left missing.
 */
export async function boundLog(file: string, limit = LARGEST_LOG): Promise<void> {
  const handle = await open(file, 'r+').catch(() => undefined);
  if (!handle) return;
  try {
    const { size } = await handle.stat();
    if (size <= limit) return;
    const tail = Buffer.alloc(Math.floor(limit / 2));
    await handle.read(tail, 0, tail.length, size - tail.length);
    const kept = Buffer.concat([Buffer.from('… earlier lines are cut off\n'), tail.subarray(tail.indexOf(0x0a) + 1)]);
    await handle.truncate(0);
    await handle.write(kept, 0, kept.length, 0);
  } finally {
    await handle.close();
  }
}
