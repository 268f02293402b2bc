import assert from 'node:assert/strict';
import { learningRateAt } from '../../../src/training/schedule';

describe('learningRateAt', () => {
  const cases = [
    { why: 'no warm-up starts at the peak', schedule: { peak: 2, steps: 10, warmup: 0 }, step: 0, expected: 2 },
    { why: 'the first step of a warm-up is not wasted at 0', schedule: { peak: 2, steps: 10, warmup: 3 }, step: 0, expected: 0.5 },
    { why: 'the warm-up ends at the peak', schedule: { peak: 2, steps: 13, warmup: 3 }, step: 3, expected: 2 },
    { why: 'half-way down half the peak is left', schedule: { peak: 2, steps: 13, warmup: 3 }, step: 8, expected: 1 },
    { why: 'the cosine ends at 0', schedule: { peak: 2, steps: 13, warmup: 3 }, step: 13, expected: 0 },
    { why: 'the floor stays', schedule: { peak: 2, steps: 10, warmup: 0, floor: 0.1 }, step: 10, expected: 0.2 },
    { why: 'steps beyond the end keep the last rate', schedule: { peak: 2, steps: 10, warmup: 0, floor: 0.1 }, step: 99, expected: 0.2 },
    { why: 'a warm-up as long as the run only rises', schedule: { peak: 2, steps: 4, warmup: 4 }, step: 3, expected: 1.6 },
  ];
  for (const { why, schedule, step, expected } of cases)
    it(why, () => assert.ok(Math.abs(learningRateAt(schedule, step) - expected) < 1e-12));
});
