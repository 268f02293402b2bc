import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import type { SourceChoice } from '../../../src/datasets/openDataSource';
import { bytesOf, shapeOf, sourceFolder } from './sourceFolder';

const PLANE = 32 * 32;

/** CIFAR records: the labels, then planes filled with 10, 20, 30 plus the image's number; the first pixel of the second row is 250. */
const cifar = (labels: readonly (readonly number[])[]): Buffer =>
  Buffer.concat(
    labels.map((label, image) => {
      const pixels = Buffer.alloc(3 * PLANE);
      [10, 20, 30].forEach((value, plane) => pixels.fill(value + image, plane * PLANE, (plane + 1) * PLANE));
      pixels[32] = 250;
      return Buffer.concat([Buffer.from(label), pixels]);
    }),
  );

describe('data sources: CIFAR', () => {
  const { folder, put, withSource, refuses } = sourceFolder();

  describe('CIFAR', () => {
    const cifar10 = (name: string): SourceChoice => ({ format: 'cifar10', path: folder.file(name) });

    it('reads a folder by what it is opened for, batches in the order of their numbers', async () => {
      put('c/data_batch_10.bin', cifar([[9]]));
      put('c/data_batch_2.bin', cifar([[7], [3]]));
      put('c/test_batch.bin', cifar([[1]]));
      await withSource(cifar10('c'), async source => {
        assert.deepEqual(shapeOf(source), [3, 32, 32, 3]);
        assert.deepEqual([...source.labels!], [7, 3, 9]);
        const [last, first] = [await source.read([2]), await source.read([1, 0])];
        assert.deepEqual(bytesOf(last.subarray(0, 6)), [10, 20, 30, 10, 20, 30]);
        assert.deepEqual(bytesOf(last.subarray(32 * 3, 32 * 3 + 3)), [250, 20, 30], 'planes become pixels');
        assert.deepEqual(bytesOf(first.subarray(0, 3)), [11, 21, 31]);
      });
      await withSource(cifar10('c'), source => assert.deepEqual([...source.labels!], [1]), 'test');
      await withSource(cifar10('c/data_batch_2.bin'), source => assert.equal(source.count, 2));
    });

    it('reads the fine or the coarse classes of CIFAR-100', async () => {
      const file = put(
        'd/train.bin',
        cifar([
          [3, 77],
          [19, 99],
        ]),
      );
      const choice = { format: 'cifar100', path: folder.file('d') } as const;
      await withSource(choice, source => assert.deepEqual([...source.labels!], [77, 99]));
      await withSource({ ...choice, path: file, labelling: 'coarse' as const }, async source => {
        assert.deepEqual([...source.labels!], [3, 19]);
        assert.deepEqual(bytesOf((await source.read([1])).subarray(0, 3)), [11, 21, 31]);
      });
    });

    it('refuses what is not CIFAR', async () => {
      put('cut.bin', cifar([[1], [2]]).subarray(0, -1));
      put('wrong.bin', cifar([[1], [12]]));
      put('empty.bin', '');
      mkdirSync(folder.file('none'));
      await refuses(
        () => cifar10('cut.bin'),
        /cut\.bin is 6145 bytes long, which is no multiple of the 3073 bytes of an image of CIFAR-10: name/,
      );
      await refuses(() => cifar10('wrong.bin'), /wrong\.bin gives image 1 the class 12 of 0 … 9: name files of CIFAR-10/);
      await refuses(() => cifar10('empty.bin'), /empty\.bin is 0 bytes long/);
      await refuses(() => cifar10('none'), /none holds no data_batch_1\.bin …: name the folder/);
      await refuses(() => cifar10('none'), /none holds no test_batch\.bin: name the folder/, 'test');
      await refuses(() => cifar10('nowhere'), /nowhere does not exist: check the path\.$/);
    });
  });
});
