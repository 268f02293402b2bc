import assert from 'node:assert/strict';
import { deserialize, serialize } from 'node:v8';
import { Random } from '../../../src/common/random';
import { Stopped } from '../../../src/common/fault';
import { Batches } from '../../../src/training/batches';
import type { Engine } from '../../../src/training/engine/engine';
import { Pace } from '../../../src/training/pace';
import type { StepsState } from '../../../src/training/trainingState';
import { nativeEngine, referenceEngine, wasmEngine } from './engines';
import { CASES, pretrained, regularisers } from './pretrainingCases';

const STEPS = 6;
const combinations = regularisers(0.05);

/** The state of a run after each of its steps, as a file would keep it. */
async function states(engine: Engine, one: (typeof CASES)[number], regulariser: (typeof combinations)[number]['regulariser']) {
  const kept = new Map<number, Buffer>();
  const whole = await pretrained(engine, one, regulariser, STEPS, {
    async onState(capture) {
      const state = await capture();
      kept.set(state.step, serialize(state));
    },
  });
  return { kept, whole };
}

async function assertResumes(
  engine: Engine,
  one: (typeof CASES)[number],
  regulariser: (typeof combinations)[number]['regulariser'],
  after: readonly number[],
) {
  const { kept, whole } = await states(engine, one, regulariser);
  assert.deepEqual([...kept.keys()], [1, 2, 3, 4, 5, 6]);
  for (const step of after) {
    const resume = deserialize(kept.get(step)!) as StepsState;
    const rest = await pretrained(engine, one, regulariser, STEPS, { resume });
    assert.deepEqual(rest.scalars, whole.scalars.slice(step), `scalars after step ${step}`);
    assert.deepEqual(rest.weights, whole.weights, `weights after step ${step}`);
  }
}

describe('pre-training that goes on from a kept state', () => {
  for (const [position, one] of CASES.entries()) {
    const { name, regulariser } = combinations[position % combinations.length]!;
    it(`gives the same weights and scalars bit for bit, natively: ${one.name}, ${name}`, async () =>
      assertResumes(await nativeEngine(), one, regulariser, [1, 4, STEPS]));
  }
  it('gives them with everything that is carried from step to step', async () =>
    assertResumes(await nativeEngine(), CASES[2]!, combinations.at(-1)!.regulariser, [2, 5]));
  for (const [name, engine] of [
    ['reference', referenceEngine],
    ['wasm', wasmEngine],
  ] as const)
    it(`gives them on the ${name} engine`, async () => assertResumes(await engine(), CASES[8]!, combinations[5]!.regulariser, [3]));

  it('offers its state when it is told to stop, before the first step too', async () => {
    for (const until of [0, 3]) {
      const abort = new AbortController();
      if (until === 0) abort.abort();
      let last: StepsState | undefined;
      const stopped = pretrained(await nativeEngine(), CASES[0]!, combinations[2]!.regulariser, STEPS, {
        pace: new Pace(abort.signal),
        async onState(capture, isLast) {
          const state = await capture();
          if (isLast) last = state;
          if (state.step === until) abort.abort();
        },
      });
      await assert.rejects(stopped, Stopped);
      assert.equal(last?.step, until);
      const whole = await pretrained(await nativeEngine(), CASES[0]!, combinations[2]!.regulariser, STEPS);
      const rest = await pretrained(await nativeEngine(), CASES[0]!, combinations[2]!.regulariser, STEPS, { resume: last });
      assert.deepEqual(rest.weights, whole.weights);
    }
  });
});

describe('streams', () => {
  it('go on from where they stood, between two normal numbers too', () => {
    for (const drawn of [0, 1, 2, 5]) {
      const random = new Random('stream');
      for (let i = 0; i < drawn; i++) random.normal();
      const other = new Random('another');
      other.restore(random.snapshot());
      assert.deepEqual([other.normal(), other.bits(), other.uniform()], [random.normal(), random.bits(), random.uniform()]);
    }
  });

  it('of batches go on within a pass and into the next', () => {
    const pool = Array.from({ length: 23 }, (_, i) => i);
    for (let drawn = 0; drawn < 9; drawn++) {
      const [first, second] = [new Batches(pool, 5, new Random('order')), new Batches(pool, 5, new Random('other'))];
      for (let i = 0; i < drawn; i++) first.next();
      second.restore(first.snapshot());
      for (let i = 0; i < 10; i++) assert.deepEqual(second.next(), first.next());
    }
  });
});
