import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Row } from './benchmark';

/** What is loaded, and how much of it there may be, in kilobytes. */
const BUDGETS = [
  ['extension.js', 'program of the extension host', 300],
  ['panel.js', 'page of the panel', 1000],
  ['formulas.json', 'pictures of formulas', 200],
] as const;

/** The sizes of the bundles as they are shipped, each beside its budget. */
export function hostSizes(progress: (line: string) => void): readonly Row[] {
  progress('the bundles as they are shipped …');
  const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-bench-'));
  const built = path.relative(process.cwd(), path.join(folder, 'dist'));
  try {
    execFileSync(process.execPath, ['esbuild.js', '--production', `--outdir=${built}`], { stdio: ['ignore', 'ignore', 'inherit'] });
    return BUDGETS.map(([name, work, budget]) => row(work, 'KB', statSync(path.join(folder, 'dist', name)).size / 1000, budget));
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
