// npm run package: lays out and packs every package of BoundLens into out/package.
// node packaging/package.mjs [--only=universal,linux-x64,cli] [--stage-only]; the production bundles must lie in out/package/dist.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { packageName } from './releasePlan.mjs';
import { stage } from './stage.mjs';
import { CLI, TARGETS, UNIVERSAL } from './targets.mjs';

const root = path.resolve(import.meta.dirname, '..');
const out = path.join(root, 'out/package');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** @type {{ createVSIX(options: Record<string, unknown>): Promise<void> }} */
const { createVSIX } = createRequire(import.meta.url)('@vscode/vsce');

/** @param {string} target */
async function pack(target) {
  const [folder, file] = [path.join(out, target), path.join(out, packageName(target, version))];
  rmSync(file, { force: true });
  if (target === CLI) {
    execFileSync('npm', ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', out], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
  } else {
    const published = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).repository !== undefined;
    const options = {
      cwd: folder,
      packagePath: file,
      ...(target === UNIVERSAL ? {} : { target }),
      dependencies: false,
      // Links of the README can be made absolute only once the project says where it is published.
      allowMissingRepository: !published,
      rewriteRelativeLinks: published,
    };
    await withoutListing(() => createVSIX(options));
  }
  console.log(`${path.relative(root, file)}  ${(statSync(file).size / 1e6).toFixed(1)} MB`);
}

/** vsce prints a tree of everything that it packs; a test looks at that, here only what it complains of is of use. @param {() => Promise<void>} work */
async function withoutListing(work) {
  const { log } = console;
  console.log = (/** @type {unknown[]} */ ...values) => {
    if (/WARNING|ERROR/.test(String(values[0]))) log(...values);
  };
  try {
    await work();
  } finally {
    console.log = log;
  }
}

async function main() {
  const only = process.argv
    .find(argument => argument.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',');
  const unknown = only?.find(target => !TARGETS.includes(target));
  if (unknown !== undefined) throw new Error(`There is no package "${unknown}"; there are ${TARGETS.join(', ')}.`);
  const built = path.join(out, 'dist');
  if (!existsSync(built)) throw new Error('There are no production bundles: use "npm run package".');
  for (const target of only ?? TARGETS) {
    stage(target, built, path.join(out, target));
    if (!process.argv.includes('--stage-only')) await pack(target);
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
