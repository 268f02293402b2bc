import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readMetrics } from '../../../src/runs/metrics';
import { boundLog } from '../../../src/runs/trainer/boundedLog';
import { temporaryFolder } from '../support/temporaryFolder';

const line = (step: number) => ({ phase: 'pré-training', step, time: step, values: { loss: 1 / step } });
const text = (step: number) => `${JSON.stringify(line(step))}\n`;

describe('files that grow', () => {
  const folder = temporaryFolder();

  it('give new complete lines from an offset', async () => {
    const file = folder.file('metrics.jsonl');
    assert.deepEqual(await readMetrics(file), { lines: [], damaged: 0, offset: 0, restarted: false });
    writeFileSync(file, text(1) + text(2).slice(0, 12));
    const first = await readMetrics(file);
    assert.deepEqual(first.lines, [line(1)]);
    appendFileSync(file, text(2).slice(12) + text(3));
    const second = await readMetrics(file, first.offset);
    assert.deepEqual([second.lines, second.restarted], [[line(2), line(3)], false]);
    assert.deepEqual(await readMetrics(file, second.offset), { lines: [], damaged: 0, offset: second.offset, restarted: false });
  });

  it('say when the run began anew, and leave damaged lines out', async () => {
    const file = folder.file('metrics.jsonl');
    writeFileSync(file, `nonsense\n{"step":1}\n7\n${text(5)}`);
    const { lines, damaged, restarted } = await readMetrics(file, 10_000);
    assert.deepEqual([lines, damaged, restarted], [[line(5)], 3, true]);
  });

  it('keep the end of a log from the start of a line', async () => {
    const file = folder.file('trainer.log');
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    const before = statSync(file);
    await boundLog(file, 2000);
    assert.equal(readFileSync(file, 'utf8').split('\n').length, 101, 'a short log stays as it is');
    await boundLog(file, 200);
    const kept = readFileSync(file, 'utf8').trimEnd().split('\n');
    assert.equal(kept[0], '… earlier lines are cut off');
    assert.deepEqual(kept.slice(1), lines.slice(100 - (kept.length - 1)));
    assert.ok(statSync(file).size < 200 && kept.length > 5);
    assert.equal(statSync(file).ino, before.ino, 'processes that append to it go on doing so');
    await boundLog(folder.file('none.log'));
  });
});
