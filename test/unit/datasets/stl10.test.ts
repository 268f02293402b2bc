import assert from 'node:assert/strict';
import type { SourceChoice } from '../../../src/datasets/openDataSource';
import { bytesOf, shapeOf, sourceFolder } from './sourceFolder';

/** STL-10 images: column-major planes, the pixel in row 1 and column 0 of the second plane is 250. */
const stl = (count: number): Buffer => {
  const bytes = Buffer.alloc(count * 3 * 96 * 96, 51);
  for (let image = 0; image < count; image++) bytes[image * 3 * 96 * 96 + 96 * 96 + 1] = 250;
  return bytes;
};

describe('data sources: STL-10', () => {
  const { folder, put, withSource, refuses } = sourceFolder();

  describe('STL-10', () => {
    const choice = (name: string): SourceChoice => ({ format: 'stl10', path: folder.file(name) });

    it('reads labelled and unlabelled images, planes column by column', async () => {
      put('s/train_X.bin', stl(2));
      put('s/train_y.bin', Buffer.from([1, 10]));
      put('s/unlabeled_X.bin', stl(3));
      await withSource(choice('s'), async source => {
        assert.deepEqual(shapeOf(source), [2, 96, 96, 3]);
        assert.deepEqual([...source.labels!], [0, 9]);
        const values = bytesOf(await source.read([1]));
        assert.deepEqual(values.slice(96 * 3, 96 * 3 + 3), [51, 250, 51], 'row 1, column 0');
        assert.equal(values.filter(value => value === 250).length, 1);
      });
      await withSource(choice('s'), source => assert.deepEqual([source.count, source.labels], [3, undefined]), 'unlabelled');
    });

    it('refuses what does not belong together', async () => {
      put('s/train_X.bin', stl(2));
      put('s/train_y.bin', Buffer.from([1]));
      await refuses(() => choice('s'), /train_y\.bin has 1 labels for the 2 images of .*train_X\.bin: name two files/);
      put('s/train_y.bin', Buffer.from([1, 0]));
      await refuses(() => choice('s'), /train_y\.bin gives image 1 the class 0 of 1 … 10/);
      put('s/train_X.bin', stl(1).subarray(1));
      await refuses(() => choice('s'), /train_X\.bin is 27647 bytes long, which is no multiple of the 27648 bytes/);
      await refuses(() => choice('s'), /test_X\.bin does not exist/, 'test');
    });
  });
});
