import assert from 'node:assert/strict';
import { everySample } from '../../../src/datasets/samples';
import { openStudyData, type DataChoice } from '../../../src/datasets/studyData';
import { loadTask } from '../../../src/datasets/task';
import { idxBytes } from '../support/idxBytes';
import { npyBytes } from '../support/npyBytes';
import { plainPng } from '../support/pngBytes';
import { zipBytes } from '../support/zipBytes';
import { sourceFolder } from './sourceFolder';

describe('the data of a study', () => {
  const { folder, put } = sourceFolder();
  const rest = { holdOut: 10, unlabelled: 12, labels: 8, task: { positive: [1], negative: [0] } } as const;

  /** Images of 1 × 2 pixels: the image's number and `mark`; classes in turn. */
  const idx = (name: string, count: number, mark: number, classes = 2) => ({
    images: put(
      `${name}-images`,
      idxBytes(
        [count, 1, 2],
        Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? i / 2 : mark)),
      ),
    ),
    labels: put(
      `${name}-labels`,
      idxBytes(
        [count],
        Array.from({ length: count }, (_, i) => i % classes),
      ),
    ),
  });
  const marks = async (data: DataChoice) => {
    const task = await loadTask(data, 0, 's.json');
    const parts = [task.labelled.samples, task.unlabelled, task.pretraining, task.holdOut, task.test.samples];
    const found = await Promise.all(
      parts.map(async part => [
        ...new Set([...(await part.read(everySample(part)))].flatMap((v, i) => (i % 2 ? [Math.round(v * 255)] : []))),
      ]),
    );
    await task.close();
    return found;
  };

  it('takes pre-training and hold-out images from the pool alone', async () => {
    const { images } = idx('pool', 40, 33);
    const data = { ...rest, train: idx('train', 100, 11), test: idx('test', 20, 22), unlabelledPool: { images } };
    assert.deepEqual(await marks(data), [[11], [11], [33], [33], [22]]);
  });

  it('corrupts what is downstream and nothing else', async () => {
    const corruption = { kind: 'contrast', severity: 5 } as const;
    const data = { ...rest, train: idx('train', 100, 200), test: idx('test', 20, 200) };
    const [, , pretraining, holdOut] = await marks({ ...data, downstream: { corruption } });
    assert.deepEqual([pretraining, holdOut], [[200], [200]]);
    const [labelled, unlabelled, , , test] = await marks({ ...data, downstream: { corruption } });
    for (const part of [labelled, unlabelled, test]) assert.ok(!part!.includes(200), part!.join(', '));
  });

  it('normalises every part as the pre-training samples say, and tells how', async () => {
    const table = (name: string, count: number, shift: number) => ({
      format: 'csv' as const,
      path: put(
        name,
        `x,y,kind\n${Array.from({ length: count }, (_, i) => `${shift + (i % 5)},${100 * (i % 3)},${['a', 'b'][i % 2]!}`).join('\n')}\n`,
      ),
      label: 'kind',
    });
    const data = { ...rest, train: table('t.csv', 100, 10), test: table('u.csv', 20, 1000), normalise: 'range' } as const;
    const task = await loadTask(data, 0, 's.json');
    assert.deepEqual(task.normalisation?.offset, [10, 0]);
    const values = await task.test.samples.read(everySample(task.test.samples));
    assert.ok(
      values.every((value, i) => value >= 0 && value <= 1 && (i % 2 === 1 || value === 1)),
      'test values are clipped',
    );
    await task.close();
    await assert.rejects(
      loadTask({ ...data, normalise: 'none' }, 0, 's.json'),
      /^ValueFault: s\.json: data\.normalise leaves the value \d+ of column [xy] as it is, outside of \[0, 1\]: write "range" or "standardise"\.$/,
    );
  });

  it('numbers classes alike in every set, by their names', async () => {
    for (const name of ['train/ant', 'train/bee', 'train/cow', 'test/bee', 'test/cow', 'test/dog'])
      put(
        `${name}/1.png`,
        plainPng(2, 2, 1, () => 1),
      );
    const folderOf = (name: string) => ({ format: 'image folder' as const, path: folder.file(name) });
    const sets = await openStudyData({ ...rest, train: folderOf('train'), test: folderOf('test') }, 's.json');
    assert.deepEqual([...sets.train.labels], [0, 1, 2]);
    assert.deepEqual([...sets.test.labels], [1, 2, 3]);
    await sets.close();
  });

  it('may lie in arrays of one file', async () => {
    const arrays = zipBytes({
      'x.npy': npyBytes([2, 1, 2], [1, 2, 3, 4], '|u1'),
      'y.npy': npyBytes([2], [0, 1]),
      'u.npy': npyBytes([1, 1, 2], [5, 6], '|u1'),
      'v.npy': npyBytes([1], [1]),
    });
    const one = { format: 'npz' as const, path: put('all.npz', arrays) };
    const choice = { ...rest, train: { ...one, images: 'x', labels: 'y' }, test: { ...one, images: 'u', labels: 'v' } };
    const sets = await openStudyData(choice, 's.json');
    assert.deepEqual([sets.train.count, sets.test.count], [2, 1]);
    await sets.close();
  });

  const refusals: readonly (readonly [what: string, data: () => DataChoice, sentence: RegExp])[] = [
    [
      'testing on training images',
      () => ({ ...rest, train: idx('train', 100, 1), test: { ...idx('train', 100, 1), labels: idx('test', 100, 1).labels } }),
      /^ValueFault: s\.json: data\.test shares .*train-images with data\.train: test on images that nothing is trained on\.$/,
    ],
    [
      'pre-training on labelled images',
      () => ({ ...rest, train: idx('train', 100, 1), test: idx('test', 20, 1), unlabelledPool: idx('train', 100, 1) }),
      /data\.unlabelledPool shares .*train-images with data\.train, so that labelled images would be pre-trained on: leave the pool out/,
    ],
    [
      'pre-training on test images',
      () => ({ ...rest, train: idx('train', 100, 1), test: idx('test', 20, 1), unlabelledPool: idx('test', 20, 1) }),
      /data\.unlabelledPool shares .*test-images with data\.test: pre-train on images that nothing is tested on\.$/,
    ],
    [
      'a pool of another size',
      () => ({
        ...rest,
        train: idx('train', 100, 1),
        test: idx('test', 20, 1),
        unlabelledPool: { images: put('p', idxBytes([2, 2, 2], new Uint8Array(8))) },
      }),
      /p has images of 2 × 2 while .*train-images has 1 × 2: name training and test files of one data set, or set data\.resize and data\.channels\.$/,
    ],
    [
      'other columns',
      () => ({
        ...rest,
        train: { format: 'csv', path: put('a.csv', 'x,y,k\n1,2,0\n'), label: 'k' },
        test: { format: 'csv', path: put('b.csv', 'y,x,k\n1,2,0\n'), label: 'k' },
      }),
      /b\.csv has the column "y" where .*a\.csv has "x": name files with the same columns in the same order\.$/,
    ],
    [
      'fewer columns',
      () => ({
        ...rest,
        train: { format: 'csv', path: put('a.csv', 'x,y,k\n1,2,0\n'), label: 'k' },
        test: { format: 'csv', path: put('b.csv', 'x,k\n1,0\n'), label: 'k' },
      }),
      /b\.csv has 1 columns of features while .*a\.csv has 2: name files with the same columns\.$/,
    ],
    [
      'corrupted tables',
      () => ({
        ...rest,
        train: { format: 'csv', path: put('a.csv', 'x,k\n1,0\n'), label: 'k' },
        test: { format: 'csv', path: put('b.csv', 'x,k\n1,0\n'), label: 'k' },
        downstream: { corruption: { kind: 'blur', severity: 1 } },
      }),
      /data\.downstream\.corruption is for images, but the data are rows of a table: remove it\.$/,
    ],
    [
      'images without labels',
      () => ({ ...rest, train: { images: idx('train', 9, 1).images }, test: idx('test', 20, 1) }),
      /train-images has no labels: name a set with labels/,
    ],
  ];
  for (const [what, data, sentence] of refusals) it(`refuses ${what}`, () => assert.rejects(openStudyData(data(), 's.json'), sentence));
});
