import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openSource } from '../../src/checkpoints/byteSource';
import { zipEntries } from '../../src/checkpoints/zip';
import { packageName } from '../../packaging/releasePlan.mjs';
import { CLI, hostPlatform, PLATFORMS, UNIVERSAL } from '../../packaging/targets.mjs';

const OUT = path.resolve('out/package');

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** The native package that can be installed on this machine. */
export const HOST = hostPlatform();

/** What `npm run package` writes for a target. */
export const packageFile = (target: string): string => path.join(OUT, packageName(target, version));

/** The folder that a package is packed from: byte for byte what is in it. */
export const stagedFolder = (target: string): string => path.join(OUT, target);

let isMade = false;

/** Makes the packages that are installed here, as `npm run package` makes them, and lays out those for other platforms. Once for all tests. */
export function makePackages(): void {
  if (isMade) return;
  const node = (...command: readonly string[]) => execFileSync(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
  node('esbuild.js', '--production', '--outdir=out/package/dist');
  const packed = [UNIVERSAL, CLI, ...(HOST ? [HOST] : [])];
  node('packaging/package.mjs', `--only=${packed.join(',')}`);
  const others = Object.keys(PLATFORMS).filter(target => target !== HOST);
  node('packaging/package.mjs', `--only=${others.join(',')}`, '--stage-only');
  isMade = true;
}

/** Names of all files in a VSIX, below the folder that VS Code installs, and their sizes; the packer's own two files are left out. */
export async function vsixFiles(file: string): Promise<ReadonlyMap<string, number>> {
  const source = await openSource(file);
  try {
    const prefix = 'extension/';
    const entries = [...(await zipEntries(source)).values()].filter(({ name }) => name.startsWith(prefix));
    return new Map(entries.map(({ name, size }) => [name.slice(prefix.length), size]));
  } finally {
    await source.close();
  }
}
