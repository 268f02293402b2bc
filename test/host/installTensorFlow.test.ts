import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

/** Sends the package's download elsewhere, so that nobody is asked whether the library is there. */
const ELSEWHERE = { TFJS_NODE_CDN_STORAGE: 'https://localhost/' };

/** Everything that would keep the library's own host from being asked. */
const ASKING = Object.fromEntries(
  ['TFJS_NODE_CDN_STORAGE', 'TFJS_NODE_BASE_URI', 'CDN_STORAGE', 'HTTPS_PROXY', 'https_proxy', 'npm_config_https_proxy'].map(name => [
    name,
    undefined,
  ]),
);

/** The package of TensorFlow for a process that has tfjs: registers a backend of its name, which takes the kernels of tfjs' CPU backend. */
const standIn = (cpu: string): string => `
  require(${JSON.stringify(cpu)});
  const kernels = globalThis._tfGlobals.get('kernelRegistry');
  for (const [key, kernel] of [...kernels])
    if (key.startsWith('cpu_')) kernels.set('tensorflow_' + key.slice(4), { ...kernel, backendName: 'tensorflow' });
  const engine = globalThis._tfengine;
  engine.registerBackend('tensorflow', () => engine.registryFactory.cpu.factory(), 3);
  engine.setBackend('tensorflow');
`;

/** In npm's place: tells where it was called and with what, and puts the package there when it shall be installed. */
const npm = (log: string, index: string): string => `
  const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
  const words = process.argv.slice(2);
  appendFileSync(${JSON.stringify(log)}, JSON.stringify({ folder: process.cwd(), words }) + '\\n');
  if (words[0] === 'install') {
    mkdirSync('node_modules/@tensorflow/tfjs-node', { recursive: true });
    writeFileSync('node_modules/@tensorflow/tfjs-node/package.json', JSON.stringify({ name: '@tensorflow/tfjs-node', version: '4.22.0', main: 'index.js' }));
    writeFileSync('node_modules/@tensorflow/tfjs-node/index.js', ${JSON.stringify(index)});
  }
`;

/** Sets values of an object for as long as `during` takes; undefined ones are absent meanwhile. */
async function withValues(target: object, values: Readonly<Record<string, unknown>>, during: () => Promise<void>): Promise<void> {
  const before = Object.keys(values).map(name => [name, Object.getOwnPropertyDescriptor(target, name)] as const);
  const put = (name: string, value: unknown) =>
    value === undefined ? Reflect.deleteProperty(target, name) : Reflect.set(target, name, value);
  for (const [name, value] of Object.entries(values)) put(name, value);
  try {
    await during();
  } finally {
    for (const [name, descriptor] of before) put(name, descriptor?.value);
  }
}

describe('Install TensorFlow Engine', () => {
  let folder: string;
  /** What was said, and how: the command waits for what is answered. */
  let said: string[];

  before(() => vscode.extensions.getExtension('boundlens.boundlens')?.activate());
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'boundlens-npm-'));
    said = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));

  /** Gives the command in an environment; every message is answered with its first button. */
  const install = (environment: Readonly<Record<string, string | undefined>>) => {
    const answering = (kind: string, answers: boolean) => (message: string, first: unknown) => {
      said.push(`${kind}: ${message}`);
      return Promise.resolve(answers ? first : undefined);
    };
    const messages = { showErrorMessage: answering('error', false), showInformationMessage: answering('information', true) };
    return withValues(process.env, environment, () =>
      withValues(vscode.window, messages, async () => {
        await vscode.commands.executeCommand('boundlens.installTensorFlow');
      }),
    );
  };

  it('says in one sentence that npm is missing', async () => {
    await install({ ...ELSEWHERE, PATH: folder });
    assert.equal(said.length, 1);
    assert.match(
      said[0]!,
      /^error: (npm, which installs TensorFlow, cannot be started: install Node\.js|The packages of TensorFlow cannot be)[^\n]*\.$/,
    );
  });

  it('says in one sentence that the library cannot be had here, before any package is installed', async () => {
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND host') }));
    await withValues(globalThis, { fetch }, () => install({ ...ASKING, PATH: folder }));
    assert.equal(said.length, 1);
    assert.match(
      said[0]!,
      /^error: (The TensorFlow library cannot be downloaded here \(\S+: [^\n]*ENOTFOUND host\): check the network|There is no TensorFlow library for)[^\n]*\.$/,
    );
  });

  it('installs a package that works into the storage of the extension, and makes it the engine', async () => {
    const log = path.join(folder, 'log');
    const root = vscode.extensions.getExtension('boundlens.boundlens')!.extensionPath;
    await writeFile(path.join(folder, 'npm.js'), npm(log, standIn(path.join(root, 'node_modules/@tensorflow/tfjs-backend-cpu'))));
    await mkdir(path.join(folder, 'bin'));
    const start = `"${process.execPath}" "${path.join(folder, 'npm.js')}"`;
    await writeFile(path.join(folder, 'bin/npm'), `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${start} "$@"\n`);
    await chmod(path.join(folder, 'bin/npm'), 0o755);
    await writeFile(path.join(folder, 'bin/npm.cmd'), `@set ELECTRON_RUN_AS_NODE=1\r\n@${start} %*\r\n`);
    const settings = () => vscode.workspace.getConfiguration('boundlens');
    const engine = settings().inspect('engine')?.globalValue;
    try {
      await install({ ...ELSEWHERE, PATH: `${path.join(folder, 'bin')}${path.delimiter}${process.env['PATH']}` });
      assert.deepEqual(said, ['information: The TensorFlow engine is installed and works.']);
      assert.equal(settings().get('engine'), 'tensorflow');
      const calls = readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as { folder: string; words: string[] });
      assert.deepEqual(
        calls.map(({ words }) => words[0]),
        ['install', 'rebuild'],
      );
      assert.ok(calls[0]!.words.includes('--ignore-scripts'));
      const place = calls[0]!.folder;
      assert.match(place, /globalStorage.boundlens\.boundlens.engines.tensorflow$/i);
      assert.ok(existsSync(path.join(place, 'node_modules/@tensorflow/tfjs-node/index.js')));
      await rm(place, { recursive: true, force: true, maxRetries: 3 });
    } finally {
      await settings().update('engine', engine, vscode.ConfigurationTarget.Global);
    }
  });
});
