import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { FileFault } from '../../../src/common/fault';
import { readIdxImageShape, readIdxImages, readIdxLabels } from '../../../src/datasets/idx';
import { idxBytes } from '../support/idxBytes';
import { temporaryFolder } from '../support/temporaryFolder';

const images = idxBytes([3, 2, 2], [...Array(12).keys()]);
const labels = idxBytes([3], [7, 0, 255]);

describe('IDX files', () => {
  const folder = temporaryFolder();
  const put = (name: string, bytes: Uint8Array) => {
    writeFileSync(folder.file(name), bytes);
    return folder.file(name);
  };

  for (const [name, pack] of [
    ['plain', (bytes: Buffer) => bytes],
    ['.gz', (bytes: Buffer) => gzipSync(bytes)],
  ] as const)
    it(`reads images and labels, ${name}`, async () => {
      const file = put(`images${name}`, pack(images));
      const shape = { count: 3, height: 2, width: 2, channels: 1 };
      assert.deepEqual(await readIdxImageShape(file), shape);
      const { values, ...rest } = await readIdxImages(file);
      assert.deepEqual(rest, shape);
      assert.deepEqual([...values], [...Array(12).keys()]);
      assert.deepEqual([...(await readIdxLabels(put(`labels${name}`, pack(labels))))], [7, 0, 255]);
    });

  it('reads a fourth dimension as channels', async () => {
    const file = put('colour', idxBytes([1, 2, 1, 3], [1, 2, 3, 4, 5, 6]));
    assert.deepEqual(await readIdxImageShape(file), { count: 1, height: 2, width: 1, channels: 3 });
  });

  it('reads the shipped images', async () => {
    const sample = 'media/sample/fashion-mnist';
    assert.deepEqual(await readIdxImageShape(`${sample}/train-10k-images-idx3-ubyte.gz`), {
      count: 10000,
      height: 28,
      width: 28,
      channels: 1,
    });
    const trainLabels = await readIdxLabels(`${sample}/train-10k-labels-idx1-ubyte.gz`);
    assert.deepEqual([trainLabels.length, Math.min(...trainLabels), Math.max(...trainLabels)], [10000, 0, 9]);
  });

  const packed = gzipSync(
    idxBytes(
      [500, 8, 8],
      Array.from({ length: 32_000 }, (_, i) => (i * i * 31) % 251),
    ),
  );
  const damaged = Buffer.from(packed);
  damaged[damaged.length - 6]! ^= 0xff;
  const refusals: readonly (readonly [name: string, bytes: Uint8Array | undefined, sentence: RegExp])[] = [
    ['missing', undefined, /missing does not exist: check the path\.$/],
    ['empty', new Uint8Array(), /empty is empty: copy or download it again\.$/],
    ['short', images.subarray(0, -5), /short ends after 1 of 3 images: copy or download it again\.$/],
    ['cut.gz', packed.subarray(0, packed.length / 2), /cut\.gz ends after \d+ of 500 images: copy or download it again\.$/],
    ['checksum.gz', packed.subarray(0, -6), /checksum\.gz holds all 500 images but its gzip checksum is cut off: copy/],
    ['damaged.gz', damaged, /damaged\.gz is damaged \(gzip: .+\): copy or download it again\.$/],
    ['long', Buffer.concat([images, Buffer.alloc(2)]), /long goes on for 2 bytes after its 3 images: copy/],
    ['page.gz', Buffer.from('<html>'), /page\.gz is named \.gz but is not gzip: download it again/],
    ['text', Buffer.from('hello world'), /text is not an IDX file: its first bytes are wrong: name a file in the format of MNIST\.$/],
    ['floats', idxBytes([1, 1, 1], [0, 0, 0, 0], 0x0d), /floats holds 32-bit floats where unsigned bytes are expected: convert/],
    ['header', images.subarray(0, 9), /header ends within its header: copy/],
    ['none', idxBytes([0, 2, 2], []), /none holds nothing \(0 × 2 × 2\): name a file with at least one item\.$/],
    ['labels', labels, /labels has 1 dimension where images have three or four: name the image file, not the label file\.$/],
  ];
  for (const [name, bytes, sentence] of refusals)
    it(`refuses ${name}`, async () => {
      const file = bytes ? put(name, bytes) : folder.file(name);
      await assert.rejects(readIdxImages(file), error => error instanceof FileFault && error.file === file && sentence.test(error.message));
    });

  it('refuses images where labels are expected, and a folder', async () => {
    await assert.rejects(readIdxLabels(put('images', images)), /images has 3 dimensions where labels have one: name the label file/);
    mkdirSync(folder.file('folder'));
    await assert.rejects(readIdxLabels(folder.file('folder')), /folder is a folder, not a file: name a file inside it\.$/);
    await assert.rejects(readIdxImageShape(folder.file('folder')), /folder is a folder, not a file/);
  });
});
