import assert from 'node:assert/strict';
import type { SourceChoice } from '../../../src/datasets/openDataSource';
import { npyBytes } from '../support/npyBytes';
import { zipBytes } from '../support/zipBytes';
import { bytesOf, shapeOf, sourceFolder } from './sourceFolder';

describe('data sources: NumPy', () => {
  const { folder, put, withSource, refuses } = sourceFolder();

  describe('NumPy arrays', () => {
    const npz = (rest: object = {}): SourceChoice => ({
      format: 'npz',
      path: folder.file('a.npz'),
      images: 'images',
      labels: 'labels',
      ...rest,
    });
    const bytes = Array.from({ length: 24 }, (_, i) => i);
    const labels = npyBytes([2], [4, 1], '<i4');
    const pack = (images: Buffer, deflated = false, others: object = { 'labels.npy': labels }) =>
      put('a.npz', zipBytes({ 'images.npy': images, ...others }, deflated));

    for (const deflated of [false, true])
      it(`reads the digits of scikit-learn and small arrays, ${deflated ? 'compressed' : 'stored'}`, async () => {
        pack(npyBytes([2, 3, 4], bytes, '|u1'), deflated);
        await withSource(npz(), async source => {
          assert.deepEqual(shapeOf(source), [2, 3, 4, 1]);
          assert.deepEqual([...source.labels!], [4, 1]);
          assert.deepEqual(bytesOf(await source.read([1, 0])), [...bytes.slice(12), ...bytes.slice(0, 12)]);
        });
        await withSource(npz({ path: 'test/fixtures/digits/digits.npz' }), async source => {
          assert.deepEqual(shapeOf(source), [1797, 8, 8, 1]);
          assert.deepEqual([...source.labels!.subarray(0, 5)], [0, 1, 2, 3, 4]);
          assert.deepEqual(bytesOf((await source.read([0])).subarray(0, 8)), [0, 0, 80, 207, 143, 16, 0, 0]);
        });
      });

    const layouts: readonly (readonly [what: string, shape: number[], layout: 'NHWC' | 'NCHW' | undefined, expected: number[]])[] = [
      ['channels last', [2, 2, 2, 3], undefined, [2, 2, 3]],
      ['channels first', [2, 3, 2, 2], undefined, [2, 2, 3]],
      ['what is asked for', [2, 3, 1, 4], 'NHWC', [3, 1, 3]],
      ['channels last where both could be', [2, 1, 4, 3], undefined, [1, 4, 3]],
    ];
    for (const [what, shape, layout, expected] of layouts)
      it(`takes ${what}`, async () => {
        pack(npyBytes(shape, bytes, '|u1'));
        await withSource(npz(layout ? { layout } : {}), async source => {
          assert.deepEqual(shapeOf(source), [2, ...expected]);
          if (what === 'channels first')
            assert.deepEqual(bytesOf(await source.read([1])), [12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23]);
        });
      });

    it('reads floats in [0, 1] and rows of any numbers, from .npy files too', async () => {
      const images = put('i.npy', npyBytes([2, 1, 2], [0, 0.25, 0.5, 1], '<f4'));
      const classes = put('l.npy', npyBytes([2, 1], [3, 0]));
      await withSource({ format: 'npy', images, labels: classes }, async source => {
        assert.deepEqual([...(await source.read([1, 0]))], [0.5, 1, 0, 0.25]);
        assert.deepEqual([...source.labels!], [3, 0]);
      });
      const rows = put('r.npy', npyBytes([3, 2], [1, -2, 3, 40, 5, 6]));
      await withSource(
        { format: 'npy', images: rows },
        async source => {
          assert.deepEqual([...shapeOf(source), source.tabular], [3, 1, 2, 1, true]);
          assert.deepEqual([...(await source.read([1]))], [3, 40]);
        },
        'unlabelled',
      );
    });

    const refusals: readonly (readonly [what: string, write: () => unknown, sentence: RegExp])[] = [
      [
        'a missing key',
        () => pack(npyBytes([2, 1, 1], [1, 2], '|u1'), false, { 'y.npy': labels }),
        /a\.npz has no array "labels" for the labels: name one of images, y/,
      ],
      [
        'floats out of range',
        () => pack(npyBytes([2, 1, 1], [0, 7.5], '<f4')),
        /a\.npz holds the value 7\.5 in images, outside of \[0, 1\]: save unsigned bytes/,
      ],
      ['what is no number', () => pack(npyBytes([2, 1, 1], [0, NaN], '<f4')), /holds the value NaN in images/],
      ['what is no number in rows', () => pack(npyBytes([2, 1], [0, NaN], '<f4')), /holds the value NaN in images, which is no number/],
      ['integers of unknown range', () => pack(npyBytes([2, 1, 1], [0, 7], '<i4')), /stores images as int32, whose range is not known/],
      ['too few labels', () => pack(npyBytes([3, 1, 1], [1, 2, 3], '|u1')), /has 2 labels in labels \(\[2\]\) for 3 images/],
      [
        'half a class',
        () => pack(npyBytes([2, 1, 1], [1, 2], '|u1'), false, { 'labels.npy': npyBytes([2], [1, 1.5]) }),
        /gives image 1 the class 1\.5: save class numbers/,
      ],
      ['five dimensions', () => pack(npyBytes([2, 1, 1, 1, 1], [1, 2], '|u1')), /holds images with 5 dimensions/],
      ['thirty channels', () => pack(npyBytes([1, 30, 1, 30], new Uint8Array(900), '|u1')), /would have 30 channels: set "layout"/],
      ['nothing', () => pack(npyBytes([0, 2, 2], [], '|u1')), /holds nothing in images \[0, 2, 2\]/],
      ['a cut archive', () => put('a.npz', zipBytes({ 'images.npy': labels }).subarray(0, -30)), /a\.npz is not a complete zip archive/],
      ['text', () => put('a.npz', 'hello'), /a\.npz is not a complete zip archive/],
      [
        'an impossible size',
        () => put('a.npz', zipBytes({ 'images.npy': labels, 'labels.npy': labels }, true, 2 ** 31)),
        /a\.npz claims an impossible size for images\.npy/,
      ],
      [
        'a header that promises more',
        () => pack(Buffer.concat([npyBytes([9, 9, 9], [], '|u1'), Buffer.alloc(9)])),
        /holds 9 bytes of images, which its shape \[9, 9, 9\] contradicts/,
      ],
    ];
    for (const [what, write, sentence] of refusals)
      it(`refuse ${what}`, async () => {
        write();
        await refuses(npz, sentence);
      });
  });
});
