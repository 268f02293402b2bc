import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { EngineTrial } from '../../../src/runs/tryEngine';
import { ENGINE_CHOICES } from '../../../src/training/engine/engineChoice';
import { enginesFolder } from '../../../src/training/engine/enginesFolder';
import { temporaryFolder } from '../support/temporaryFolder';

describe('boundlens engines', () => {
  const temporary = temporaryFolder();
  const boundlens = (...words: string[]) =>
    promisify(execFile)(process.execPath, ['dist/cli.js', 'engines', ...words], {
      env: { ...process.env, BOUNDLENS_ENGINES: temporary.path },
    });

  it('list tries every engine; one that does not work says so in one sentence', async () => {
    const { engines } = JSON.parse((await boundlens('list', '--json')).stdout) as { engines: EngineTrial[] };
    assert.deepEqual(
      engines.map(({ engine }) => engine),
      ENGINE_CHOICES.filter(choice => choice !== 'auto'),
    );
    const works = (name: string) => engines.find(({ engine }) => engine === name)!.works;
    assert.ok(works('native') && works('wasm') && works('reference'));
    assert.ok(!works('tensorflow'), 'it is not installed in this folder');
    for (const { engine, works, detail = '' } of engines) if (!works) assert.match(detail, /^[^\n]+: [^\n]+\.$/, engine);
  });

  it('refuses what it does not know', () =>
    assert.rejects(boundlens('install', 'torch'), { code: 2, stderr: /takes list or install tensorflow/ }));
});

describe('the folder of installed engines', () => {
  const rows: readonly (readonly [environment: NodeJS.ProcessEnv, platform: NodeJS.Platform, ending: string])[] = [
    [{ BOUNDLENS_ENGINES: path.join('a', 'b') }, 'linux', path.join('a', 'b')],
    [{ XDG_DATA_HOME: 'data' }, 'linux', path.join('data', 'boundlens', 'engines')],
    [{}, 'linux', path.join('.local', 'share', 'boundlens', 'engines')],
    [{}, 'darwin', path.join('Library', 'Application Support', 'boundlens', 'engines')],
    [{ LOCALAPPDATA: 'local' }, 'win32', path.join('local', 'boundlens', 'engines')],
  ];
  for (const [environment, platform, ending] of rows)
    it(`is …${ending} on ${platform}`, () => assert.ok(enginesFolder(environment, platform).endsWith(ending)));
});
