import assert from 'node:assert/strict';
import { Prefetched } from '../../../src/training/prefetched';

describe('Prefetched', () => {
  /** Makes 0, 1, 2 … and writes down when. */
  const numbered = (count: number) => {
    const log: string[] = [];
    let made = 0;
    const batches = new Prefetched(count, () => {
      log.push(`make ${made}`);
      return Promise.resolve(made++);
    });
    const step = async (batch: number) => {
      log.push(`step ${batch}`);
      await new Promise(resolve => setImmediate(resolve));
      log.push(`end ${batch}`);
      return batch;
    };
    return { log, next: () => batches.during(step) };
  };

  it('makes the next batch while a step runs, in order, and none too many', async () => {
    const { log, next } = numbered(3);
    assert.deepEqual([await next(), await next(), await next()], [0, 1, 2]);
    assert.deepEqual(log, ['make 0', 'step 0', 'make 1', 'end 0', 'step 1', 'make 2', 'end 1', 'step 2', 'end 2']);
  });

  it('rejects with the step that uses the broken batch, not before', async () => {
    let made = 0;
    const batches = new Prefetched(3, () => (made++ === 1 ? Promise.reject(new Error('a broken image')) : Promise.resolve(made)));
    assert.equal(await batches.during(batch => Promise.resolve(batch)), 1);
    await assert.rejects(
      batches.during(batch => Promise.resolve(batch)),
      /a broken image/,
    );
  });

  it('leaves no rejection behind when the step fails first', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    let made = 0;
    const batches = new Prefetched(2, () => (made++ === 1 ? Promise.reject(new Error('later')) : Promise.resolve(made)));
    await assert.rejects(
      batches.during(() => Promise.reject(new Error('the step'))),
      /the step/,
    );
    await new Promise(resolve => setImmediate(resolve));
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
  });
});
