import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ValueFault } from '../../../src/common/fault';
import { splitTask, type TaskChoice } from '../../../src/datasets/splits';

/** 40 images of each of 10 classes, interleaved. */
const LABELS = Uint8Array.from({ length: 400 }, (_, i) => i % 10);
const TEST_LABELS = Uint8Array.from({ length: 100 }, (_, i) => i % 10);
const choice: TaskChoice = { holdOut: 30, unlabelled: 20, task: { positive: [1], negative: [3] }, labels: 16 };

const choices = fc.record({
  seed: fc.nat(),
  labels: fc.integer({ min: 8, max: 30 }),
  unlabelled: fc.integer({ min: 1, max: 40 }),
  holdOut: fc.integer({ min: 1, max: 60 }),
  order: fc.shuffledSubarray([...Array(10).keys()], { minLength: 10 }),
  pretrainingClasses: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 4 }), { nil: undefined }),
});

describe('splitTask', () => {
  it('never shows one image to two parts, whatever the study asks', () => {
    fc.assert(
      fc.property(choices, ({ order, seed, ...asked }) => {
        const task = { positive: order.slice(0, 2), negative: order.slice(2, 4) };
        const split = splitTask(LABELS, TEST_LABELS, { ...asked, task }, seed, 'a.study.json');
        const parts = [split.labelled.indices, split.unlabelled, split.pretraining, split.holdOut];
        const all = parts.flatMap(part => [...part]);
        assert.equal(new Set(all).size, all.length);

        const sideOf = (label: number) => (task.positive.includes(label) ? 1 : task.negative.includes(label) ? -1 : 0);
        for (const [{ indices, labels }, classes] of [
          [split.labelled, LABELS],
          [split.test, TEST_LABELS],
        ] as const)
          assert.deepEqual(
            [...labels],
            [...indices].map(index => sideOf(classes[index]!)),
          );
        assert.equal(split.labelled.indices.length, asked.labels);
        assert.equal(
          split.labelled.labels.reduce((sum, label) => sum + label, 0),
          asked.labels % 2,
        );
        assert.equal(
          split.test.labels.reduce((sum, label) => sum + label, 0),
          0,
        );
        assert.equal(split.unlabelled.length, asked.unlabelled);
        assert.ok(split.unlabelled.every(index => sideOf(LABELS[index]!) !== 0));
        assert.equal(split.holdOut.length, asked.holdOut);
        const seen = asked.pretrainingClasses ?? [...Array(10).keys()];
        const left = LABELS.filter(
          (label, index) => seen.includes(label) && !split.labelled.indices.includes(index) && !split.unlabelled.includes(index),
        );
        assert.equal(split.pretraining.length, left.length - asked.holdOut);
        assert.ok([...split.pretraining, ...split.holdOut].every(index => seen.includes(LABELS[index]!)));
      }),
      { numRuns: 200 },
    );
  });

  it('is decided by the seed', () => {
    const draw = (seed: number) => splitTask(LABELS, TEST_LABELS, choice, seed, 'a.study.json');
    assert.deepEqual(draw(4), draw(4));
    assert.notDeepEqual(draw(4).labelled.indices, draw(5).labelled.indices);
    assert.notDeepEqual(draw(4).holdOut, draw(5).holdOut);
  });

  it('only adds points when more labels are asked for', () => {
    const labelled = (labels: number) => [...splitTask(LABELS, TEST_LABELS, { ...choice, labels }, 1, '').labelled.indices];
    assert.deepEqual(labelled(40).slice(0, 15), labelled(15));
  });

  it('draws every image of the task equally often', () => {
    const counts = new Map<number, number>();
    const draws = 2000;
    for (let seed = 0; seed < draws; seed++)
      for (const index of splitTask(LABELS, TEST_LABELS, choice, seed, '').labelled.indices)
        counts.set(index, (counts.get(index) ?? 0) + 1);
    const expected = (draws * 8) / 40;
    assert.equal(counts.size, 80);
    // Binomial(2000, 1/5): standard deviation 18; five of them hold for all 80 counts.
    for (const count of counts.values()) assert.ok(Math.abs(count - expected) < 90, `${count} draws`);
  });

  const refusals: readonly (readonly [string, Partial<TaskChoice>, RegExp])[] = [
    [
      'more labels than there are',
      { labels: 100 },
      /^s\.json: data\.labels asks for 100 labelled points, half of each side, but the positive classes have only 40 images: ask for fewer/,
    ],
    [
      'more unlabelled images than are left',
      { unlabelled: 65 },
      /^s\.json: data\.unlabelled asks for 65 .* only 64 are left beside the labelled ones: ask for fewer\.$/,
    ],
    [
      'a hold-out set that leaves nothing',
      { holdOut: 364 },
      /^s\.json: data\.holdOut keeps 364 images away .* only 364 are left for both: lower it/,
    ],
    [
      'a class that is not there',
      { task: { positive: [12], negative: [3] } },
      /^s\.json: data\.task\.positive names class 12, .*: choose from 0, 1, 2, 3, 4, 5, 6, 7, 8, 9\.$/,
    ],
    ['a pre-training class that is not there', { pretrainingClasses: [0, 11] }, /^s\.json: data\.pretrainingClasses names class 11/],
  ];
  for (const [what, asked, sentence] of refusals)
    it(`refuses ${what}`, () => {
      assert.throws(
        () => splitTask(LABELS, TEST_LABELS, { ...choice, ...asked }, 0, 's.json'),
        error => error instanceof ValueFault && sentence.test(error.message),
      );
    });

  it('refuses a task without test images', () => {
    const onlyPositive = TEST_LABELS.filter(label => label === 1);
    assert.throws(
      () => splitTask(LABELS, onlyPositive, choice, 0, 's.json'),
      /^ValueFault: s\.json: data\.task names classes that do not occur in the test labels/,
    );
  });
});
