import assert from 'node:assert/strict';
import { ProgressMeter, type TrialProgress } from '../../../src/training/progress';

describe('ProgressMeter', () => {
  const watch = (): { meter: ProgressMeter; seen: TrialProgress[] } => {
    const seen: TrialProgress[] = [];
    const stretches = [
      { phase: 'pre-training', steps: 2, cost: 3 },
      { phase: 'fine-tuning', steps: 4, cost: 1 },
    ];
    return { meter: new ProgressMeter(stretches, progress => seen.push(progress)), seen };
  };

  it('weighs steps by their cost and counts what a stretch left as done', () => {
    const { meter, seen } = watch();
    meter.next();
    meter.advance();
    meter.next();
    meter.advance();
    meter.finish();
    assert.deepEqual(
      seen.map(({ phase, step, steps, fraction }) => [phase, step, steps, fraction]),
      [
        ['pre-training', 0, 2, 0],
        ['pre-training', 1, 2, 0.3],
        ['fine-tuning', 0, 4, 0.6],
        ['fine-tuning', 1, 4, 0.7],
        ['fine-tuning', 4, 4, 1],
      ],
    );
  });

  it('guesses the time left once it has seen something, and 0 at the end', () => {
    const { meter, seen } = watch();
    meter.next();
    meter.advance();
    meter.finish();
    assert.equal(seen[0]!.secondsLeft, undefined);
    assert.ok(seen[1]!.secondsLeft! >= 0);
    assert.equal(seen[2]!.secondsLeft, 0);
  });

  it('never goes beyond the announced steps', () => {
    const { meter, seen } = watch();
    meter.next();
    for (let i = 0; i < 5; i++) meter.advance();
    assert.deepEqual([seen.at(-1)!.step, seen.at(-1)!.fraction], [2, 0.6]);
  });
});
