import assert from 'node:assert/strict';
import { openDataSource } from '../../../src/datasets/openDataSource';
import { idxBytes } from '../support/idxBytes';
import { bytesOf, shapeOf, sourceFolder } from './sourceFolder';

/** One CIFAR-10 image: planes of 10, 20 and 30, its first pixel 250. */
const cifarImage = Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? 1 : i === 1 ? 250 : 10 * Math.ceil(i / 1024)));

describe('data sources: all', () => {
  const { folder, put, withSource, refuses } = sourceFolder();

  describe('any of them', () => {
    it('is brought to a size and to grey as it is read', async () => {
      put('c/test_batch.bin', cifarImage);
      const choice = { format: 'cifar10', path: folder.file('c') } as const;
      await withSource(
        choice,
        async source => {
          assert.deepEqual(shapeOf(source), [1, 16, 16, 1]);
          const [corner, other] = await source.read([0]);
          const luma = (red: number) => (0.299 * red + 0.587 * 20 + 0.114 * 30) / 255;
          assert.ok(Math.abs(other! - luma(10)) < 1e-6);
          assert.ok(Math.abs(corner! - luma((250 + 30) / 4)) < 1e-6, 'the bright pixel is a quarter of its corner');
        },
        'test',
        { resize: [16, 16], channels: 'grey' },
      );
      await assert.rejects(
        openDataSource({ format: 'csv', path: put('t.csv', 'a\n1\n') }, 'unlabelled', { resize: [2, 2] }),
        /t\.csv holds rows of a table, not images: remove data\.resize and data\.channels\.$/,
      );
    });

    it('reads large plain IDX files piece by piece', async () => {
      const images = put('i', idxBytes([3, 1, 2], [1, 2, 3, 4, 5, 6]));
      await withSource({ images }, async source => assert.deepEqual(bytesOf(await source.read([2, 0])), [5, 6, 1, 2]), 'unlabelled');
      await refuses(() => ({ images: put('j', idxBytes([4, 1, 2], [1, 2, 3, 4, 5, 6])) }), /j ends after 3 of 4 images/);
    });
  });
});
