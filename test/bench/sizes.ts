import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { packageName } from '../../packaging/releasePlan.mjs';
import { CLI, hostPlatform, UNIVERSAL } from '../../packaging/targets.mjs';
import type { Benchmark, Row } from './benchmark';

/** Most thousands of bytes of a program with its parts, minified. */
const PROGRAMS: Readonly<Record<string, number>> = {
  'extension.js': 300,
  'panel.js': 1000,
  'analysis.js': 1000,
  'trainer.js': 2000,
  'cli.js': 2200,
};
/** Most thousands of bytes of a packed file. */
const PACKAGES: Readonly<Record<string, number>> = { [UNIVERSAL]: 11_200, [CLI]: 4_700 };
const NATIVE = 46_000;

/** Programs and packages beside their budgets. */
export const sizes: Benchmark = {
  summary: 'kilobytes of the minified programs and of the packages, beside their budgets',
  seconds: 30,

  run(_, progress) {
    progress('building and packing …');
    const version = (
      JSON.parse(execFileSync(process.execPath, ['-p', 'JSON.stringify(require("./package.json"))'], { encoding: 'utf8' })) as {
        version: string;
      }
    ).version;
    const node = (...command: readonly string[]) => execFileSync(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
    node('esbuild.js', '--production', '--outdir=out/package/dist');
    const host = hostPlatform();
    const targets = [UNIVERSAL, CLI, ...(host === undefined ? [] : [host])];
    node('packaging/package.mjs', `--only=${targets.join(',')}`);
    const row = (work: string, file: string, budget: number): Row => {
      const parts = file.replace(/\.js$/, '');
      const files = parts !== file && existsSync(parts) ? readdirSync(parts).map(name => path.join(parts, name)) : [];
      const ours = [file, ...files].reduce((sum, one) => sum + statSync(one).size, 0) / 1e3;
      return { work, peer: 'its budget', threads: 1, unit: 'kB', ours, theirs: budget, ratio: ours / budget };
    };
    return Promise.resolve([
      ...Object.entries(PROGRAMS)
        .filter(([name]) => existsSync(`out/package/dist/${name}`))
        .map(([name, budget]) => row(name, `out/package/dist/${name}`, budget)),
      ...targets.map(target => row(`package ${target}`, `out/package/${packageName(target, version)}`, PACKAGES[target] ?? NATIVE)),
    ]);
  },
};
