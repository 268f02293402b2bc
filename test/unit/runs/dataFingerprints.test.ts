import assert from 'node:assert/strict';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { DataFingerprinter, sameData, type DataFingerprints } from '../../../src/runs/dataFingerprints';
import { temporaryFolder } from '../support/temporaryFolder';
import { fakeTrial } from './fakes';

describe('fingerprints of the data of runs', () => {
  const folder = temporaryFolder();
  const THEN = new Date('2020-01-01');
  const trialOn = (train: string, test: string) => {
    for (const [name, content] of Object.entries({ train, test })) {
      writeFileSync(folder.file(name), content);
      utimesSync(folder.file(name), THEN, THEN);
    }
    const set = (name: string) => ({ images: folder.file(name), labels: folder.file(name) });
    const trial = fakeTrial('quick');
    return { ...trial, data: { ...trial.data, train: set('train'), test: set('test') } };
  };
  const take = (trial: ReturnType<typeof trialOn>) => new DataFingerprinter(folder.path).of(trial);

  it('tell training from test data and are kept between processes', async () => {
    const trial = trialOn('one', 'two');
    const prints = await take(trial);
    assert.notEqual(prints.train.hash, prints.test.hash);
    const cache = JSON.parse(readFileSync(folder.file('fingerprints.json'), 'utf8')) as Record<string, { hash: string }>;
    assert.deepEqual(Object.keys(cache).sort(), [folder.file('test'), folder.file('train')]);
    cache[folder.file('train')]!.hash = 'from the cache';
    writeFileSync(folder.file('fingerprints.json'), JSON.stringify(cache));
    assert.notEqual((await take(trial)).train.hash, prints.train.hash);
  });

  it('do without a cache that is broken, and keep none of files that have just changed', async () => {
    writeFileSync(folder.file('fingerprints.json'), '{"');
    const trial = trialOn('one', 'two');
    const prints = await take(trial);
    writeFileSync(folder.file('fingerprints.json'), '{}');
    // Ahead of the clock, so that it is not long ago however slowly this runs.
    const changed = new Date(Date.now() + 3_600_000);
    for (const name of ['train', 'test']) utimesSync(folder.file(name), changed, changed);
    assert.deepEqual(await take(trial), prints);
    assert.equal(readFileSync(folder.file('fingerprints.json'), 'utf8'), '{}');
    assert.ok(existsSync(folder.file('train')));
  });

  it('compare part by part', async () => {
    const prints = await take(trialOn('one', 'two'));
    const other = await take(trialOn('one', 'three'));
    const cases: readonly (readonly [a: DataFingerprints | undefined, b: DataFingerprints | undefined, same: boolean, why: string])[] = [
      [prints, prints, true, 'the same'],
      [prints, other, false, 'another test set'],
      [prints, { ...prints, unlabelledPool: prints.train }, false, 'a pool more'],
      [undefined, prints, true, 'nothing is known'],
    ];
    for (const [a, b, same, why] of cases) assert.equal(sameData(a, b), same, why);
  });
});
