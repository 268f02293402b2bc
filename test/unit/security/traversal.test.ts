import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openCheckpoint } from '../../../src/checkpoints/openCheckpoint';
import { Fault } from '../../../src/common/fault';
import { openDataSource } from '../../../src/datasets/openDataSource';
import { RunStore } from '../../../src/runs/store';
import { studyFolderName } from '../../../src/studies/studyFolderName';
import { armIds } from '../../../src/studies/trials';
import { plainPng } from '../support/pngBytes';
import { temporaryFolder } from '../support/temporaryFolder';
import { npyBytes } from '../support/npyBytes';
import { zipBytes } from '../support/zipBytes';

/** Names that lead out of the folder in which they are looked for, on one system or another. */
const ESCAPES = [
  '../secret',
  '..\\secret',
  'a/../../secret',
  '/etc/passwd',
  'C:\\Windows\\win.ini',
  '\\\\server\\share\\file',
  '..',
  'ok\0/../secret',
];

async function refusal(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof Fault, error instanceof Error ? error.stack : String(error));
    return error.message;
  }
  return assert.fail('it was read');
}

describe('names that lead out of their folder', () => {
  const folder = temporaryFolder();
  const inside = (name: string) => {
    const file = folder.file(path.join('inside', name));
    mkdirSync(path.dirname(file), { recursive: true });
    return file;
  };
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(inside(name), content);
    return inside(name);
  };
  beforeEach(() => writeFileSync(folder.file('secret'), 'nobody may read this'));

  for (const name of ESCAPES) {
    const shown = JSON.stringify(name);
    it(`an index of shards does not name ${shown}`, async () => {
      const file = write('model.safetensors.index.json', JSON.stringify({ weight_map: { 'a.weight': name } }));
      assert.match(await refusal(() => openCheckpoint(file)), /something that is no file beside it/);
    });

    it(`a TensorFlow.js manifest does not name ${shown}`, async () => {
      const weights = [{ name: 'a', shape: [1], dtype: 'float32' }];
      const file = write('model.json', JSON.stringify({ weightsManifest: [{ paths: [name], weights }] }));
      assert.match(await refusal(() => openCheckpoint(file)), /names a shard that is no file beside it/);
    });

    it(`a study named ${shown} keeps its runs in a folder of the runs folder`, () => {
      const runs = path.resolve('/runs');
      const place = path.resolve(runs, studyFolderName(name));
      assert.equal(path.dirname(place), runs);
      assert.doesNotMatch(studyFolderName(name), /[\\/:\0]/);
    });

    it(`an arm named ${shown} keeps its runs in a folder of the study's`, () => {
      const [id = ''] = armIds([name]);
      assert.match(id, /^[a-z0-9][a-z0-9.-]*$/);
    });
  }

  it('members of an archive are read by name and never written, whatever they are called', async () => {
    const file = write('a.npz', zipBytes({ '../../escaped.npy': npyBytes([1], [7]), '/absolute.npy': npyBytes([1], [8]) }));
    const checkpoint = await openCheckpoint(file);
    assert.deepEqual(
      checkpoint.tensors.map(tensor => tensor.name),
      ['../../escaped', '/absolute'],
    );
    await checkpoint.close();
    assert.deepEqual(readdirSync(folder.path).sort(), ['inside', 'secret']);
    assert.ok(!existsSync(path.resolve(folder.path, '../escaped.npy')));
  });

  it('links in an image folder are followed in circles neither up nor down', async () => {
    write(
      'train/x/a.png',
      plainPng(4, 4, 1, i => i),
    );
    write(
      'train/y/b.png',
      plainPng(4, 4, 1, i => 2 * i),
    );
    symlinkSync(inside('train'), inside('train/x/again'));
    symlinkSync(folder.path, inside('train/y/up'));
    const outcome = await openDataSource({ format: 'image folder', path: inside('train') }, 'unlabelled').then(
      async source => {
        const { count } = source;
        await source.close();
        return count;
      },
      (error: unknown) => {
        assert.ok(error instanceof Fault);
        return error.message;
      },
    );
    assert.ok(typeof outcome === 'string' || outcome <= 4, String(outcome));
  });

  it('a record that names another place changes nothing outside its own folder', async () => {
    const record = { version: 1, id: '../../secret', state: 'queued', createdAt: '', trial: { study: { name: '../x', file: '/x' } } };
    write('runs/one/run.json', JSON.stringify(record));
    const [run] = await new RunStore(inside('runs')).list();
    assert.equal(run?.folder.path, inside('runs/one'));
    await run.folder.delete();
    assert.ok(existsSync(folder.file('secret')));
    assert.ok(!existsSync(inside('runs/one')));
  });
});
