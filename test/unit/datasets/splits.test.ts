import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ValueFault } from '../../../src/common/fault';
import { splitTask, type SplitChoice } from '../../../src/datasets/splits';

/** 40 images of each of 10 classes, interleaved. */
const LABELS = Uint8Array.from({ length: 400 }, (_, i) => i % 10);
const TEST_LABELS = Uint8Array.from({ length: 100 }, (_, i) => i % 10);
const choice: SplitChoice = { holdOut: 30, unlabelled: 20, task: { positive: [1], negative: [3] }, labels: 16 };

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

  it('takes the largest of several budgets, whose prefixes are the smaller ones', () => {
    const draw = (labels: number | number[]) => splitTask(LABELS, TEST_LABELS, { ...choice, labels }, 1, '').labelled;
    assert.deepEqual(draw([8, 32, 16]), draw(32));
    assert.deepEqual(draw([8, 32]).indices.subarray(0, 8), draw(8).indices);
  });

  describe('of more than two classes', () => {
    const groups = [[0, 7], [1], [5], [9, 2, 3]];
    const classOf = (number: number) => groups.findIndex(group => group.includes(number));

    it('labels each point with its class from 0, every class in turn', () => {
      const split = splitTask(LABELS, TEST_LABELS, { ...choice, task: { classes: groups }, labels: 22 }, 3, '');
      assert.equal(split.classes, 4);
      assert.deepEqual(
        [...split.labelled.labels],
        Array.from({ length: 22 }, (_, i) => i % 4),
      );
      for (const [{ indices, labels }, classes] of [
        [split.labelled, LABELS],
        [split.test, TEST_LABELS],
      ] as const)
        assert.deepEqual(
          [...labels],
          [...indices].map(index => classOf(classes[index]!)),
        );
      assert.equal(split.test.labels.length, 4 * 10, 'ten test images of the smallest class');
      assert.ok(split.unlabelled.every(index => classOf(LABELS[index]!) >= 0));
      const all = [...split.labelled.indices, ...split.unlabelled, ...split.holdOut, ...split.pretraining];
      assert.equal(new Set(all).size, all.length);
    });

    it('takes every class for itself where the task is "all"', () => {
      const { classes, labelled } = splitTask(LABELS, TEST_LABELS, { ...choice, task: 'all', labels: 30 }, 3, '');
      assert.equal(classes, 10);
      labelled.labels.forEach((label, i) => assert.equal(label, LABELS[labelled.indices[i]!]));
    });

    it('labels two classes +1 and −1 however they are written', () => {
      const task = { classes: [[1], [3]] };
      assert.deepEqual(splitTask(LABELS, TEST_LABELS, { ...choice, task }, 5, ''), splitTask(LABELS, TEST_LABELS, choice, 5, ''));
    });
  });

  it('takes pre-training and hold-out images from the pool where there is one', () => {
    const pool = { count: 100, labels: Uint8Array.from({ length: 100 }, (_, i) => i % 5) };
    const split = splitTask(LABELS, TEST_LABELS, { ...choice, pretrainingClasses: [0, 4] }, 0, '', pool);
    assert.deepEqual(
      [...split.pretraining, ...split.holdOut].sort((a, b) => a - b),
      [...Array(100).keys()].filter(i => [0, 4].includes(i % 5)),
    );
    const whole = splitTask(LABELS, TEST_LABELS, choice, 0, '', { count: 50 });
    assert.deepEqual([whole.pretraining.length, whole.holdOut.length], [20, 30]);
    assert.deepEqual(whole.labelled, split.labelled);
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

  const refusals: readonly (readonly [string, Partial<SplitChoice>, RegExp])[] = [
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
    [
      'more labels than a class has',
      { task: { classes: [[1], [2], [3]] }, labels: 123 },
      /^s\.json: data\.labels asks for 123 labelled points, equally many of each class, but task class 0 has only 40 images: ask for fewer/,
    ],
    ['fewer labels than classes need', { task: 'all', labels: 19 }, /^s\.json: data\.labels is 19, fewer than two for each of 10 classes/],
    [
      'a class of the task that is not there',
      { task: { classes: [[1], [3, 10]] } },
      /^s\.json: data\.task\.classes\[1\] names class 10, .*: choose from 0, 1,/,
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

  it('refuses to choose classes among images without labels', () => {
    assert.throws(
      () => splitTask(LABELS, TEST_LABELS, { ...choice, pretrainingClasses: [1] }, 0, 's.json', { count: 60 }),
      /^ValueFault: s\.json: data\.pretrainingClasses chooses among images that have no labels/,
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
