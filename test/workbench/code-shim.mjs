#!/usr/bin/env node
// A stand-in for the VS Code executable: takes the arguments that @vscode/test-electron gives to a desktop VS Code, runs the extension's
// tests in the extension host of a VS Code server, relays their output and ends with their exit code. BOUNDLENS_VSCODE says which version.
import { format } from 'node:util';
import path from 'node:path';
import { launchBrowser } from './browser.mjs';
import { startServer } from './server.mjs';
import { workbenchUrl } from './workbench.mjs';

/** What VS Code itself says in a quiet test run; no test prints such lines. */
const NOISE =
  /^(Resolv|Creation of workbench|ChatSessionStore|Creating a socket|\[reconnection|Ignoring fetching|Updating additional|\[AgentHost|\[AccountPolicy|\[Service Worker|Error: Could not locate the bindings file|Cannot find module '.\/build\/Release)/;

/** Several times what the tests need on a busy machine, so that only those that hang reach it; a soak may take longer, by its rounds. */
const HOST_TEST_LIMIT = (30 + Number(process.env['BOUNDLENS_ROUNDS'] ?? 0) / 4) * 60_000;

/** @param {string} name @returns {string[]} the values of a repeatable argument, as absolute paths */
const argumentsNamed = name =>
  process.argv.filter(argument => argument.startsWith(`--${name}=`)).map(argument => path.resolve(argument.slice(name.length + 3)));

async function main() {
  const version = process.env['BOUNDLENS_VSCODE'] === 'minimum' ? 'minimum' : 'current';
  const folder = path.resolve(process.argv.slice(2).find(argument => !argument.startsWith('-')) ?? '.');
  // In a browser only one extension can be under development; the others are installed.
  const [developed, ...others] = argumentsNamed('extensionDevelopmentPath');
  const server = await startServer({ version, extensions: others, flags: ['--enable-smoke-test-driver'] });
  const browser = await launchBrowser(path.join(server.folder, 'browser'));
  try {
    const page = browser.pages()[0] ?? (await browser.newPage());
    /** @type {Promise<number | string>} */
    const finished = new Promise(resolve => {
      void page.exposeFunction('codeAutomationExit', resolve);
      page.once('crash', () => resolve('the page crashed'));
      void server.exited.then(() => resolve('the server ended'));
      setTimeout(() => resolve(`no end after ${HOST_TEST_LIMIT / 60_000} minutes`), HOST_TEST_LIMIT).unref();
    });
    await page.exposeFunction('codeAutomationLog', (/** @type {string} */ _severity, /** @type {unknown[]} */ values) => {
      const line = format(...values);
      if (!NOISE.test(line)) process.stdout.write(`${line}\n`);
    });
    /** @param {string} file */
    const uri = file => `vscode-remote://${server.authority}${file}`;
    await page.goto(
      workbenchUrl(server, folder, [
        ...(developed ? [['extensionDevelopmentPath', uri(developed)]] : []),
        ...argumentsNamed('extensionTestsPath').map(file => ['extensionTestsPath', uri(file)]),
        ['skipWelcome', 'true'],
      ]),
    );
    const end = await finished;
    if (typeof end === 'number') return end;
    console.error(`The extension host's tests did not finish: ${end}.\n${server.log().slice(-4000)}`);
    return 1;
  } finally {
    await browser.close();
    await server.stop();
  }
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.once(signal, () => process.exit(130));
process.exit(await main());
