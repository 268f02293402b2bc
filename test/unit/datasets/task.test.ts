import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { everySample } from '../../../src/datasets/samples';
import { loadTask } from '../../../src/datasets/task';
import { idxBytes } from '../support/idxBytes';
import { temporaryFolder } from '../support/temporaryFolder';

describe('loadTask', () => {
  const folder = temporaryFolder();

  /** Images of 1 × 2 pixels: the first pixel is the image's number, the second its class. */
  const write = (name: string, count: number, labelCount = count, width = 2) => {
    const values = Array.from({ length: count }, (_, i) => [i, i % 2, ...Array<number>(width - 2).fill(0)]).flat();
    writeFileSync(folder.file(`${name}-images`), idxBytes([count, 1, width], values));
    writeFileSync(
      folder.file(`${name}-labels`),
      idxBytes(
        [labelCount],
        Array.from({ length: labelCount }, (_, i) => i % 2),
      ),
    );
    return { images: folder.file(`${name}-images`), labels: folder.file(`${name}-labels`) };
  };
  const rest = { holdOut: 10, unlabelled: 12, labels: 8, task: { positive: [1], negative: [0] } };

  it('hands out disjoint images in [0, 1] with their labels and without class numbers', async () => {
    const task = await loadTask({ ...rest, train: write('train', 100), test: write('test', 20) }, 3, 's.json');
    const parts = [task.labelled.samples, task.unlabelled, task.holdOut, task.pretraining];
    assert.deepEqual(
      parts.map(part => part.count),
      [8, 12, 10, 70],
    );
    const contents = await Promise.all(parts.map(part => part.read(everySample(part))));
    const numbers = contents.flatMap(values => [...values].flatMap((value, i) => (i % 2 === 0 ? [Math.round(value * 255)] : [])));
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      [...Array(100).keys()],
    );
    for (const { samples, labels } of [task.labelled, task.test]) {
      const values = await samples.read(everySample(samples));
      assert.deepEqual(
        [...labels],
        Array.from({ length: samples.count }, (_, i) => (Math.round(values[2 * i + 1]! * 255) === 1 ? 1 : -1)),
      );
    }
    assert.ok(parts.every(part => !('labels' in part) && part.height === 1 && part.width === 2 && part.channels === 1));
  });

  it('refuses files that do not belong together', async () => {
    const test = write('test', 20);
    await assert.rejects(
      loadTask({ ...rest, train: write('uneven', 100, 99), test }, 0, 's.json'),
      /uneven-labels has 99 labels for the 100 images of .*uneven-images: name two files that belong together\.$/,
    );
    await assert.rejects(
      loadTask({ ...rest, train: write('wide', 100, 100, 3), test }, 0, 's.json'),
      /test-images has images of 1 × 2 while .*wide-images has 1 × 3: name training and test files of one data set, or set data\.resize and data\.channels\.$/,
    );
  });
});
