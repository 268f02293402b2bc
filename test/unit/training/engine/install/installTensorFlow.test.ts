import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EnvironmentFault, Fault } from '../../../../../src/common/fault';
import { tensorFlowFolder } from '../../../../../src/training/engine/enginesFolder';
import { installTensorFlow, type InstallTools } from '../../../../../src/training/engine/install/installTensorFlow';
import { runTool, type ToolEnd } from '../../../../../src/training/engine/install/runTool';
import { checkLibrary, type Ask, type Machine } from '../../../../../src/training/engine/install/tensorFlowLibrary';
import { temporaryFolder } from '../../../support/temporaryFolder';

const never = new AbortController().signal;
const done: ToolEnd = { code: 0, output: [] };

describe('installing TensorFlow', () => {
  const temporary = temporaryFolder();

  /** Installs with tools that answer as told: for the packages, then for the library. */
  async function install(ends: readonly ToolEnd[], problem?: string, signal: AbortSignal = never) {
    const [commands, steps]: [string[], string[]] = [[], []];
    const left = [...ends];
    const tools: InstallTools = {
      library: () => Promise.resolve(),
      run: (words, folder) => {
        commands.push(words.join(' '));
        writeFileSync(path.join(folder, 'half'), '');
        return Promise.resolve(left.shift()!);
      },
    };
    const tryOut = () => Promise.resolve(problem);
    await installTensorFlow({ engines: temporary.path, progress: step => steps.push(step), signal, tryOut }, tools);
    return { commands, steps };
  }

  it('installs the packages without their scripts, then runs the one that fetches the library, then tries a step', async () => {
    const { commands, steps } = await install([done, done]);
    assert.deepEqual(commands, [
      'npm install @tensorflow/tfjs-node@4.22.0 --ignore-scripts --no-audit --no-fund',
      'npm rebuild @tensorflow/tfjs-node --ignore-scripts=false --foreground-scripts',
    ]);
    assert.equal(steps.length, 4);
    assert.ok(existsSync(path.join(tensorFlowFolder(temporary.path), 'package.json')));
  });

  const failures: readonly (readonly [why: string, ends: readonly ToolEnd[], problem: string | undefined, message: RegExp])[] = [
    [
      'npm is not there',
      [{ code: undefined, output: [] }],
      undefined,
      /^npm, which installs TensorFlow, cannot be started: install Node\.js/,
    ],
    [
      'the registry is out of reach',
      [{ code: 1, output: ['npm error code ENOTFOUND', 'npm error A complete log of this run can be found in: x'] }],
      undefined,
      /^The packages of TensorFlow cannot be installed \(code ENOTFOUND\): check the network/,
    ],
    [
      'the library is out of reach',
      [done, { code: 1, output: ['> node scripts/install.js', 'Error: getaddrinfo EAI_AGAIN host', '    at f'] }],
      undefined,
      /^The TensorFlow library cannot be downloaded \(Error: getaddrinfo EAI_AGAIN host\): check/,
    ],
    ['npm says nothing', [{ code: null, output: [] }], undefined, /\(npm said nothing\)/],
    ['it does not compute', [done, done], 'its first step gave 7', /^TensorFlow is installed and does not work \(its first step gave 7\)/],
  ];
  for (const [why, ends, problem, message] of failures)
    it(`is one sentence and leaves nothing behind when ${why}`, async () => {
      await assert.rejects(install(ends, problem), (error: unknown) => {
        assert.ok(error instanceof EnvironmentFault);
        assert.match(error.message, message);
        assert.ok(!error.message.includes('\n'));
        return true;
      });
      assert.ok(!existsSync(tensorFlowFolder(temporary.path)));
    });

  it('can be cancelled, and leaves nothing behind', async () => {
    const abort = new AbortController();
    const tools: InstallTools = {
      library: () => Promise.resolve(),
      run: (_, folder, signal) => {
        setTimeout(() => abort.abort(), 100);
        return runTool([process.execPath, '-e', 'setInterval(() => 0, 1000)'], folder, signal);
      },
    };
    const installation = {
      engines: temporary.path,
      progress: () => undefined,
      signal: abort.signal,
      tryOut: () => Promise.resolve(undefined),
    };
    await assert.rejects(
      installTensorFlow(installation, tools),
      (error: unknown) => error instanceof Fault && error.message.startsWith('The installation of TensorFlow was cancelled:'),
    );
    assert.ok(!existsSync(tensorFlowFolder(temporary.path)));
  });
});

describe('running a tool', () => {
  const temporary = temporaryFolder();
  const node = (code: string) => runTool([process.execPath, '-e', code], temporary.path, never);

  it('hands back its code and its last lines from both streams', async () => {
    const { code, output } = await node(`console.log('a'); console.error('b'); process.exitCode = 3`);
    assert.equal(code, 3);
    assert.deepEqual([...output].sort(), ['a', 'b']);
  });

  it('runs it in the folder', async () => {
    mkdirSync(temporary.file('here'));
    const { output } = await runTool([process.execPath, '-p', 'process.cwd()'], temporary.file('here'), never);
    assert.equal(path.basename(output[0]!), 'here');
  });

  it('says when it is not there', async () =>
    assert.equal(
      (await runTool(['boundlens-has-no-such-program'], temporary.path, never)).code,
      process.platform === 'win32' ? 1 : undefined,
    ));
});

describe('the library of TensorFlow', () => {
  const linux: Machine = { platform: 'linux', arch: 'x64', environment: {} };
  const answering =
    (status: number): Ask =>
    () =>
      Promise.resolve({ ok: status < 400, status });
  const unreachable: Ask = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND host') }));
  const rows: readonly (readonly [why: string, machine: Machine, ask: Ask, message: RegExp | undefined])[] = [
    ['is there', linux, answering(200), undefined],
    ['is not handed out', linux, answering(404), /^The TensorFlow library cannot be downloaded here \(.*: status 404\): check the network/],
    ['is out of reach', linux, unreachable, /getaddrinfo ENOTFOUND host\): check the network or its proxy/],
    ['may come from elsewhere', { ...linux, environment: { TFJS_NODE_CDN_STORAGE: 'x' } }, unreachable, undefined],
    ['may come through a proxy', { ...linux, environment: { https_proxy: 'x' } }, unreachable, undefined],
    ['is not made for the machine', { ...linux, arch: 'riscv64' }, answering(200), /^There is no TensorFlow library for linux on riscv64:/],
  ];
  for (const [why, machine, ask, message] of rows)
    it(why, () => (message ? assert.rejects(checkLibrary(machine, never, ask), { message }) : checkLibrary(machine, never, ask)));
});
