import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { environmentPrefix, sitePackages } from '../../../src/editor/sitePackages';

describe('the packages of a Python environment', () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'boundlens-environment-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Writes files (their text may be empty), with the folders above them. */
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(at(name)), { recursive: true });
      writeFileSync(at(name), text);
    }
  };

  const layouts: readonly (readonly [why: string, files: readonly string[], expected: readonly string[]])[] = [
    ['a virtual environment', ['lib/python3.12/site-packages/timm/__init__.py'], ['lib/python3.12/site-packages']],
    ['64-bit folders', ['lib64/python3.9/site-packages/a.py'], ['lib64/python3.9/site-packages']],
    ['a Debian system', ['lib/python3/dist-packages/torch/__init__.py'], ['lib/python3/dist-packages']],
    ['free threading', ['lib/python3.13t/site-packages/a.py'], ['lib/python3.13t/site-packages']],
    ['Windows', ['Lib/site-packages/timm/__init__.py'], ['Lib/site-packages']],
    ['folders that only look alike', ['lib/python-config/site-packages/a.py', 'lib/x/site-packages/a.py'], []],
    ['an environment without packages', ['bin/python'], []],
  ];
  for (const [why, files, expected] of layouts)
    it(`finds those of ${why}`, async () => {
      write(Object.fromEntries(files.map(file => [file, ''])));
      assert.deepEqual(await sitePackages(folder), expected.map(at));
    });

  it('follows the folders that .pth files name, and runs nothing in them', async () => {
    const packages = 'lib/python3.12/site-packages';
    write({
      'mine/src/net.py': '',
      [`${packages}/mine.pth`]: `# installed for editing\n${at('mine/src')}\r\n\nimport os; os.abort()\n`,
      [`${packages}/relative.pth`]: '../../../mine\nnowhere\n',
    });
    assert.deepEqual(await sitePackages(folder), [at(packages), at('mine/src'), at('mine')]);
  });

  const places: readonly (readonly [why: string, place: string, expected: string])[] = [
    ['an interpreter', 'bin/python', ''],
    ['an interpreter on Windows', 'Scripts/python.exe', ''],
    ['a conda interpreter on Windows', 'python.exe', ''],
    ['its folder', 'envs/mine', 'envs/mine'],
  ];
  for (const [why, place, expected] of places)
    it(`are looked for from ${why}`, async () => {
      if (expected !== '') mkdirSync(at(place), { recursive: true });
      assert.equal(await environmentPrefix(at(place)), path.join(folder, expected));
    });
});
