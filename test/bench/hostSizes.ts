import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median, type Row } from './benchmark';

/** What is loaded, and how much of it there may be, in kilobytes. */
const BUDGETS = [
  ['extension.js', 'program of the extension host', 300],
  ['panel.js', 'page of the panel', 1000],
  ['formulas.json', 'pictures of formulas', 200],
] as const;

/** Milliseconds that activation may take, loading included. */
const ACTIVATION = 50;
const LOADS = 9;

/** Loads a program in a process of its own with a stand-in for VS Code, and prints how long loading and activating it take. */
const LOADER = `
const Module = require('node:module');
const anything = () => new Proxy(function () {}, {
  get: (target, key) => key === Symbol.toPrimitive ? () => '' : key === 'then' ? undefined : key === Symbol.iterator ? () => [][Symbol.iterator]() : (target[key] ??= anything()),
  apply: () => anything(), construct: () => anything(), getPrototypeOf: () => Object.prototype,
});
const vscode = anything();
const load = Module._load;
Module._load = (name, ...rest) => name === 'vscode' ? vscode : load(name, ...rest);
const start = performance.now();
require(process.argv[2]);
console.log(performance.now() - start);
`;

/** The sizes of the bundles as they are shipped, and how long the host's takes to load, each beside its budget. */
export function hostSizes(progress: (line: string) => void): readonly Row[] {
  progress('the bundles as they are shipped …');
  const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-bench-'));
  const built = path.relative(process.cwd(), path.join(folder, 'dist'));
  try {
    execFileSync(process.execPath, ['esbuild.js', '--production', `--outdir=${built}`], { stdio: ['ignore', 'ignore', 'inherit'] });
    const sizes = BUDGETS.map(([name, work, budget]) => row(work, 'KB', statSync(path.join(folder, 'dist', name)).size / 1000, budget));
    const loader = path.join(folder, 'load.cjs');
    writeFileSync(loader, LOADER);
    const loads = Array.from({ length: LOADS }, () =>
      Number(execFileSync(process.execPath, [loader, path.join(folder, 'dist/extension.js')], { encoding: 'utf8' })),
    );
    return [...sizes, row('loading that program, median', 'ms', median(loads), ACTIVATION)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const row = (work: string, unit: string, ours: number, budget: number): Row => ({
  work,
  peer: 'budget',
  threads: 1,
  unit,
  ours,
  theirs: budget,
  ratio: ours / budget,
});
