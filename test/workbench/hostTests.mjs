// Runs test/host in the extension host of a real VS Code: node test/workbench/hostTests.mjs [current|minimum] [--desktop]
// With --desktop in the VS Code that BOUNDLENS_CODE names, else in one that @vscode/test-electron downloads; else in the packaged servers.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { installWorkbench } from './install.mjs';
import { projectRoot } from './root.mjs';
import { copySample } from './server.mjs';

const version = process.argv.includes('minimum') ? 'minimum' : 'current';
const desktop = process.argv.includes('--desktop');

/** The oldest desktop VS Code that package.json admits, or the newest. */
function desktopVersion() {
  if (version === 'current') return 'stable';
  const { engines } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8'));
  return String(engines.vscode).replace('^', '');
}

async function executable() {
  if (!desktop) return path.join(import.meta.dirname, 'code-shim.mjs');
  return process.env['BOUNDLENS_CODE'] ?? (await downloadAndUnzipVSCode(desktopVersion()));
}

async function main() {
  if (!desktop) installWorkbench();
  const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-host-'));
  try {
    return await runTests({
      vscodeExecutablePath: await executable(),
      extensionDevelopmentPath: [projectRoot, path.join(projectRoot, 'test/fixtures/extensions/python')],
      extensionTestsPath: path.join(projectRoot, 'out/host.js'),
      launchArgs: [copySample(folder), ...(desktop ? [`--user-data-dir=${folder}/user`, `--extensions-dir=${folder}/extensions`] : [])],
      extensionTestsEnv: { BOUNDLENS_VSCODE: version },
      reuseMachineInstall: true,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
