import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { fileRecords, joinedRecords } from '../../../src/datasets/records';
import { temporaryFolder } from '../support/temporaryFolder';

const SIZE = 4;
const bytes = Uint8Array.from({ length: 2 + 40 * SIZE }, (_, i) => i);
const record = (index: number) => [...bytes.subarray(2 + index * SIZE, 2 + (index + 1) * SIZE)];

describe('records of a file', () => {
  const folder = temporaryFolder();
  const opened = (mostHeld?: number) => {
    writeFileSync(folder.file('r.bin'), bytes);
    return fileRecords(folder.file('r.bin'), { offset: 2, size: SIZE, count: 40 }, mostHeld);
  };

  for (const [how, mostHeld] of [
    ['held', undefined],
    ['where they lie', 0],
  ] as const) {
    it(`are the ones asked for, ${how}`, async () => {
      const records = opened(mostHeld);
      const wanted = [5, 6, 7, 0, 39, 39, 1];
      assert.deepEqual([...(await records.read(wanted))], wanted.flatMap(record));
      const many = Array.from({ length: 100 }, (_, i) => (i * 7) % 40);
      assert.deepEqual([...(await records.read(many))], many.flatMap(record));
      assert.deepEqual([...(await records.read([]))], []);
      await records.close();
    });

    it(`are counted on over several files, ${how}`, async () => {
      const records = joinedRecords([opened(mostHeld), opened(mostHeld)]);
      assert.equal(records.count, 80);
      assert.deepEqual([...(await records.read([41, 3, 79]))], [1, 3, 39].flatMap(record));
      await records.close();
    });

    it(`say when the file became shorter, ${how}`, async () => {
      const records = opened(mostHeld);
      truncateSync(folder.file('r.bin'), 50);
      await assert.rejects(records.read([0, 30]), /r\.bin became shorter while it was read: copy or download it again\.$/);
      await records.close();
    });
  }

  it('are not held when the file is large', async () => {
    const records = opened(0);
    await records.read([0]);
    writeFileSync(
      folder.file('r.bin'),
      bytes.map(byte => 255 - byte),
    );
    assert.deepEqual(
      [...(await records.read([3]))],
      record(3).map(byte => 255 - byte),
      'the file is read anew',
    );
    await records.close();
  });

  it('close without having been read', () => opened().close());
});
