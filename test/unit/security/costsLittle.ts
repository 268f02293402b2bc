import assert from 'node:assert/strict';
import { Fault } from '../../../src/common/fault';

/** Far more than any of these small files may cost. */
const MOST_BYTES = 256 << 20;

/** That a reader ends with an answer or a sentence, and keeps little memory for it. Whatever hangs runs into the time limit of the test. */
export async function costsLittle(read: () => unknown): Promise<'read' | 'refused'> {
  const before = process.memoryUsage();
  let outcome: 'read' | 'refused' = 'read';
  try {
    await read();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    assert.match(error.message, /: .+/, 'a sentence that says what to do');
    outcome = 'refused';
  }
  const after = process.memoryUsage();
  const grown = after.arrayBuffers - before.arrayBuffers + Math.max(0, after.heapUsed - before.heapUsed);
  assert.ok(grown < MOST_BYTES, `${grown} bytes more than before`);
  return outcome;
}
