import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Fault } from '../../../src/common/fault';
import { readArray } from '../../../src/checkpoints/arrays';
import { temporaryFolder } from '../support/temporaryFolder';
import { fixture } from './fixtures';

/** The bytes of a .npy file of 64-bit integers. */
function npy(shape: string, values: readonly bigint[]): Buffer {
  const header = Buffer.from(`{'descr': '<i8', 'fortran_order': False, 'shape': ${shape}, }\n`, 'latin1');
  const prefix = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  return Buffer.concat([prefix, header, Buffer.from(BigInt64Array.from(values).buffer)]);
}

describe('arrays of features and labels', () => {
  const folder = temporaryFolder();
  const table = [
    ['features', [2, 3], [0, 0.5, 1, 1.5, 2, 2.5], 'compressed 32-bit floats'],
    ['labels', [2], [1, 0], '64-bit integers'],
    ['big', [2, 3], [0, 1, 2, 3, 4, 5], 'big-endian 64-bit floats'],
    ['fortran', [2, 3], [0, 1, 2, 3, 4, 5], 'columns first'],
  ] as const;
  for (const [key, shape, values, why] of table)
    it(`reads ${key} of an .npz file: ${why}`, async () => {
      const array = await readArray(fixture('arrays.npz'), key);
      assert.deepEqual(array.shape, shape);
      assert.deepEqual([...array.values], values);
    });

  it('takes the first of several keys that a file has', async () =>
    assert.deepEqual((await readArray(fixture('arrays.npz'), ['targets', 'labels'])).shape, [2]));

  it('needs no key where a file holds one array', async () => {
    const file = folder.file('labels.npy');
    writeFileSync(file, npy('(3,)', [5n, -1n, 7n]));
    assert.deepEqual([...(await readArray(file, 'labels')).values], [5, -1, 7]);
  });

  const refusals = [
    [
      'a key that is missing',
      () => readArray(fixture('arrays.npz'), 'logits'),
      /logits is not among its arrays: rename one of features, labels/,
    ],
    [
      'names that are all missing, which FILE#NAME can mend',
      () => readArray(fixture('arrays.npz'), ['x', 'X', 'x']),
      /arrays\.npz holds 4 arrays: name one as arrays\.npz#NAME: features, labels/,
    ],
    ['several arrays and no key', () => readArray(fixture('arrays.npz')), /holds 4 arrays/],
    ['pickled objects', () => readArray(fixture('objects.npy')), /'\|O', not as plain numbers: save whole or floating-point numbers/],
    ['another ending', () => readArray('features.csv'), /give a \.npy, \.npz or \.safetensors file/],
    ['a missing file', () => readArray(folder.file('none.npy')), /does not exist/],
    ['values cut off', () => readArray(writtenCut()), /which its shape \[4\] contradicts/],
  ] as const;
  function writtenCut(): string {
    const file = folder.file('cut.npy');
    writeFileSync(file, npy('(4,)', [1n, 2n, 3n]));
    return file;
  }
  for (const [what, act, sentence] of refusals)
    it(`refuses ${what}`, () =>
      assert.rejects(act, error => {
        assert.ok(error instanceof Fault);
        assert.match(error.message, sentence);
        return true;
      }));
});
