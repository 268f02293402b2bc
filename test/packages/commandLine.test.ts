import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CLI } from '../../packaging/targets.mjs';
import { RunStore } from '../../src/runs/store';
import { writeSmallStudy } from '../ui/studies';
import { copySample } from '../workbench/server.mjs';
import { makePackages, packageFile } from './made';

/** Stands in the environment of every call, as keys to other services do on people's machines. */
const SECRET = 'canary-4b1d-that-nobody-may-write-down';

describe('the npm package', () => {
  let folder: string;

  /** Runs npm or npx as on a machine that has Node, an empty home and no network. */
  const tool = (name: 'npm' | 'npx', ...options: readonly string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>(resolve => {
      const home = path.join(folder, 'home');
      const env = {
        PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.platform === 'win32' ? process.env['PATH'] : '/usr/bin:/bin'}`,
        HOME: home,
        USERPROFILE: home,
        npm_config_cache: path.join(home, 'npm'),
        SERVICE_TOKEN: SECRET,
        HTTPS_PROXY: `http://user:${SECRET}@127.0.0.1:9`,
        npm_config_offline: 'true',
        npm_config_update_notifier: 'false',
      };
      const options_ = { cwd: path.join(folder, 'work'), env, maxBuffer: 1e8, shell: process.platform === 'win32' };
      execFile(name, options, options_, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
      );
    });

  before(async () => {
    makePackages();
    folder = mkdtempSync(path.join(tmpdir(), 'boundlens-npm-'));
    mkdirSync(path.join(folder, 'work'), { recursive: true });
    mkdirSync(path.join(folder, 'home'));
    writeFileSync(path.join(folder, 'work/package.json'), '{}');
    const { code, stderr } = await tool('npm', 'install', '--no-audit', '--no-fund', packageFile(CLI));
    assert.equal(code, 0, stderr);
  });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));

  it('reads definitions through npx', async () => {
    const sample = copySample(folder);
    const { code, stdout, stderr } = await tool('npx', 'boundlens', 'definitions', path.join(sample, 'models/mae.py'), '--json');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"MaskedAutoencoder"/);
    assert.match(stdout, /76305/);
  });

  it('trains on the WebAssembly engine where the native one could not be installed, and says so', async () => {
    const sample = copySample(folder);
    writeSmallStudy(sample, 'Tiny', 10);
    const runs = path.join(folder, 'runs');
    const { code, stdout, stderr } = await tool('npx', 'boundlens', 'run', path.join(sample, 'tiny.study.json'), '--out', runs);
    assert.equal(code, 0, stderr);
    const [run] = await new RunStore(runs).list();
    assert.equal(run?.record.state, 'finished');
    assert.equal(run.record.engine?.name, 'wasm');
    assert.match(run.record.engine.note ?? '', /native engine does not work here .*onnxruntime-node.* wasm engine trains instead/);
    assert.ok(run.record.results);

    const written = readdirSync(runs, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
    assert.ok(written.some(({ name }) => name === 'trainer.log') && written.some(({ name }) => name === 'report.html'));
    for (const { parentPath, name } of written)
      assert.ok(!readFileSync(path.join(parentPath, name)).includes(SECRET), `${name} holds a value of the environment`);
    for (const text of [stdout, stderr]) assert.ok(!text.includes(SECRET), 'the terminal shows a value of the environment');
  });

  it('says why TensorFlow cannot be installed without the key of a proxy', async () => {
    const { code, stdout, stderr } = await tool('npx', 'boundlens', 'engines', 'install', 'tensorflow');
    assert.equal(code, 1, stdout);
    assert.ok(stderr.length > 0 && !stderr.includes(SECRET) && !stdout.includes(SECRET), stderr);
  });

  it('ends with one sentence and exit code 2 on wrong use', async () => {
    const { code, stdout, stderr } = await tool('npx', 'boundlens', 'preTrain');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^There is no command "preTrain".*\n$/);
  });
});
