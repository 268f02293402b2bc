import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CaptureFollower } from '../../../src/editor/captureFollower';
import { temporaryFolder } from '../support/temporaryFolder';

const frame = (step: number) => ({
  type: 'frame',
  seed: 0,
  arm: 'teacher',
  phase: 'pre-training',
  step,
  steps: 10,
  kernels: 2,
  features: 2,
  correlations: [0.1 * step, 0, 0, 0.2],
  captured: [1, 0],
  coverage: 0.5,
});
const line = (event: object): string => `${JSON.stringify(event)}\n`;

describe('the follower of the multi-view laboratory', () => {
  const temporary = temporaryFolder();

  it('says what is new, whole lines only, and leaves damaged ones out', async () => {
    const folder = temporary.path;
    const file = path.join(folder, 'sample', 'frames.jsonl');
    const follower = new CaptureFollower(() => [folder]);
    assert.deepEqual(await follower.read(), { restarted: false });
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, line({ type: 'start', spec: { name: 'Ten features' } }) + line(frame(0)));
    const first = await follower.read();
    assert.deepEqual([first.restarted, first.added?.name, first.added?.frames.length], [true, 'Ten features', 1]);
    appendFileSync(file, `${line({ ...frame(1), correlations: [1] })}nonsense\n${line(frame(2)).slice(0, 20)}`);
    assert.deepEqual(await follower.read(), { restarted: false }, 'nothing whole and sound is new');
    appendFileSync(file, line(frame(2)).slice(20) + line({ type: 'end', results: { findings: ['Covers all.'] } }));
    const { added } = await follower.read();
    assert.deepEqual([added?.frames.map(({ step }) => step), added?.ended, added?.findings], [[2], true, ['Covers all.']]);
    writeFileSync(file, line(frame(5)));
    const again = await follower.read();
    assert.deepEqual([again.restarted, follower.record?.frames.map(({ step }) => step)], [true, [5]]);
  });
});
