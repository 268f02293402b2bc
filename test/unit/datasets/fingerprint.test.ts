import assert from 'node:assert/strict';
import { closeSync, openSync, truncateSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { fingerprintOf, type KnownHashes } from '../../../src/datasets/fingerprint';
import { sourceFiles } from '../../../src/datasets/sourceFiles';
import { sourceFolder } from './sourceFolder';

describe('fingerprints', () => {
  const { folder, put } = sourceFolder();
  const THEN = new Date('2020-01-01');

  it('are the same for the same content, wherever and whenever it was written', async () => {
    const [a, b] = [put('a/x.bin', 'content'), put('b/x.bin', 'content')];
    utimesSync(b, THEN, THEN);
    const print = await fingerprintOf([a]);
    assert.deepEqual(print, await fingerprintOf([b]));
    assert.deepEqual([print.method, print.files, print.bytes, print.hash.length], ['content', 1, 7, 64]);
  });

  const changes: readonly (readonly [what: string, change: (file: string) => string[]])[] = [
    ['one byte', () => [put('x', 'contenu')]],
    ['the length', () => [put('x', 'con')]],
    ['the name', () => [put('z', 'content')]],
    ['the number of files', file => [file, put('y', '')]],
  ];
  for (const [what, change] of changes)
    it(`tell when ${what} changes`, async () => {
      const file = put('x', 'content');
      const before = await fingerprintOf([file]);
      assert.notEqual((await fingerprintOf(change(file))).hash, before.hash);
    });

  it('sample sets that are too large to be hashed: sizes, times and blocks', async () => {
    const large = folder.file('large.bin');
    writeFileSync(large, '');
    truncateSync(large, 300 << 20);
    utimesSync(large, THEN, THEN);
    const print = await fingerprintOf([large]);
    assert.deepEqual([print.method, print.bytes], ['sample', 300 << 20]);
    assert.deepEqual(await fingerprintOf([large]), print);
    utimesSync(large, THEN, new Date('2020-01-02'));
    assert.notEqual((await fingerprintOf([large])).hash, print.hash, 'the time of change counts');
    const handle = openSync(large, 'r+');
    writeSync(handle, 'x', 150 << 20);
    closeSync(handle);
    utimesSync(large, THEN, THEN);
    assert.notEqual((await fingerprintOf([large])).hash, print.hash, 'a block in the middle counts');
  });

  it('take known hashes of unchanged files', async () => {
    const known = new Map<string, string>();
    const key = (file: string, size: number, changed: number) => `${file} ${size} ${changed}`;
    const hashes: KnownHashes = {
      get: (...id) => known.get(key(...id)),
      set: (file, size, changed, hash) => known.set(key(file, size, changed), hash),
    };
    const file = put('x', 'content');
    const print = await fingerprintOf([file], hashes);
    assert.equal(known.size, 1);
    for (const one of known.keys()) known.set(one, 'believed');
    assert.notEqual((await fingerprintOf([file], hashes)).hash, print.hash, 'what is known is believed');
    writeFileSync(file, 'more content');
    assert.deepEqual(await fingerprintOf([file], hashes), await fingerprintOf([file]), 'but not of another size');
  });

  it('say which file is gone', () => assert.rejects(fingerprintOf([folder.file('gone')]), /gone does not exist: check the path\.$/));

  it('are of the files that a source opens', async () => {
    for (const name of ['c/data_batch_1.bin', 'c/data_batch_2.bin', 'c/test_batch.bin', 's/train_X.bin', 's/unlabeled_X.bin', 'f/k/a.png'])
      put(name, 'x');
    const names = async (...choice: Parameters<typeof sourceFiles>) =>
      (await sourceFiles(...choice)).map(file => file.slice(folder.path.length + 1));
    const at = (name: string) => folder.file(name);
    assert.deepEqual(await names({ format: 'cifar10', path: at('c') }, 'train'), ['c/data_batch_1.bin', 'c/data_batch_2.bin']);
    assert.deepEqual(await names({ format: 'cifar10', path: at('c') }, 'test'), ['c/test_batch.bin']);
    assert.deepEqual(await names({ format: 'stl10', path: at('s') }, 'train'), ['s/train_X.bin', 's/train_y.bin']);
    assert.deepEqual(await names({ format: 'stl10', path: at('s') }, 'unlabelled'), ['s/unlabeled_X.bin']);
    assert.deepEqual(await names({ format: 'image folder', path: at('f') }, 'train'), ['f/k/a.png']);
    assert.deepEqual(await names({ format: 'csv', path: at('t.csv') }, 'train'), ['t.csv']);
    assert.deepEqual(await names({ images: at('i'), labels: at('l') }, 'train'), ['i', 'l']);
    assert.deepEqual(await names({ format: 'npy', images: at('i') }, 'unlabelled'), ['i']);
  });
});
