// Starts the server of a VS Code in which the extension under development is installed, with a fresh profile.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { installWorkbench, servers } from './install.mjs';
import { projectRoot } from './root.mjs';

/** Settings that keep a fresh VS Code quiet: no welcome, no telemetry, no updates, nothing that moves. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  // In a browser VS Code saves a second after each edit.
  'files.autoSave': 'off',
};

/**
 * @typedef {object} ServerOptions
 * @property {'current' | 'minimum'} [version] which VS Code; `minimum` is the oldest that package.json's `engines.vscode` admits
 * @property {readonly string[]} [extensions] folders of extensions that are installed as they lie there
 * @property {string} [vsix] a packed extension that is installed as a person would install it from its file
 * @property {Readonly<Record<string, unknown>>} [settings] user settings beside those that keep VS Code quiet
 * @property {number} [port] a free one when absent
 * @property {string} [token] what a browser must show; anybody on this machine may connect when absent
 * @property {readonly string[]} [flags] further arguments of the server
 * @property {readonly string[]} [nodeFlags] arguments of the Node that runs the server; it hands them on to the extension host
 * @property {Readonly<Record<string, string>>} [env] further environment of the server and so of the extension host
 */

/**
 * A running server. `folder` is its profile, removed by `stop`.
 * @typedef {{ url: string, authority: string, folder: string, pid: number, log: () => string, exited: Promise<void>, stop: () => Promise<void> }} Server
 */

/**
 * Starts a server and waits until it listens.
 * @param {ServerOptions} [options]
 * @returns {Promise<Server>}
 * @throws when the server ends before it listens, with what it printed.
 */
export async function startServer({
  version = 'current',
  extensions = [],
  vsix,
  settings = {},
  port = 0,
  token,
  flags = [],
  nodeFlags = [],
  env = {},
} = {}) {
  installWorkbench();
  const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-vscode-'));
  mkdirSync(path.join(folder, 'user/User'), { recursive: true });
  mkdirSync(path.join(folder, 'extensions'));
  writeFileSync(path.join(folder, 'user/User/settings.json'), JSON.stringify({ ...QUIET, ...settings }));
  for (const extension of extensions) linkExtension(extension, path.join(folder, 'extensions'));

  const { root, node } = servers[version];
  const profile = [
    ...['--server-data-dir', path.join(folder, 'server')],
    ...['--user-data-dir', path.join(folder, 'user')],
    ...['--extensions-dir', path.join(folder, 'extensions')],
  ];
  const environment = { ...plainEnvironment(), TMPDIR: folder, EXTENSIONS_GALLERY: '{}', ...env };
  const program = path.join(root, 'out/server-main.js');
  if (vsix) execFileSync(node, [program, ...profile, '--install-extension', vsix], { env: environment, stdio: 'pipe' });
  const access = token ? ['--connection-token', token] : ['--without-connection-token'];
  const quiet = ['--accept-server-license-terms', '--telemetry-level', 'off', '--disable-workspace-trust'];
  const child = spawn(
    node,
    [...nodeFlags, program, '--host', '127.0.0.1', '--port', String(port), ...access, ...quiet, ...profile, ...flags],
    {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  // Where this process ends without `stop`, nothing of the server stays behind.
  const end = () => {
    signalGroup(child, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
  };
  process.once('exit', end);
  /** @type {Promise<void>} */
  const exited = new Promise(resolve => child.once('exit', () => resolve()));

  let log = '';
  child.stderr.on('data', data => (log += data));
  /** @type {Promise<number>} */
  const listening = new Promise(resolve =>
    child.stdout.on('data', data => {
      log += data;
      const match = /Extension host agent listening on (\d+)/.exec(log);
      if (match) resolve(Number(match[1]));
    }),
  );
  const answer = await Promise.race([listening, exited]);
  if (typeof answer !== 'number') {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`VS Code's server ended before it listened:\n${log}`);
  }
  return {
    url: `http://127.0.0.1:${answer}`,
    authority: `127.0.0.1:${answer}`,
    folder,
    pid: Number(child.pid),
    log: () => log,
    exited,
    async stop() {
      process.removeListener('exit', end);
      signalGroup(child, 'SIGTERM');
      await exited;
      // The extension host and the file watcher end a moment after the server, and write until then.
      for (let look = 0; look < 100 && signalGroup(child, 0); look++) await pause(100);
      signalGroup(child, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/**
 * A copy of the sample workspace that a test may change, without the runs that lie in the original.
 * @param {string} folder where the copy goes
 * @returns {string} the copy
 */
export function copySample(folder) {
  const copy = path.join(folder, 'sample');
  cpSync(path.join(projectRoot, 'media/sample'), copy, { recursive: true, filter: file => path.basename(file) !== '.boundlens' });
  return copy;
}

/**
 * Signals a server and all its children but the runs, which lead groups of their own.
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals | 0} signal 0 only asks
 * @returns {boolean} whether there was anybody
 */
function signalGroup(child, signal) {
  try {
    return child.pid !== undefined && process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

/** @param {string} extension @param {string} into */
function linkExtension(extension, into) {
  const { publisher, name, version } = JSON.parse(readFileSync(path.join(extension, 'package.json'), 'utf8'));
  symlinkSync(path.resolve(extension), path.join(into, `${publisher}.${name}-${version}`));
}

/** This process's environment without what an outer VS Code, or Electron, puts there for its own children. */
function plainEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name)));
}
