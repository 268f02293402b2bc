import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { packageName } from '../../packaging/releasePlan.mjs';
import { UNIVERSAL } from '../../packaging/targets.mjs';
import { budgetRow, type Row } from './benchmark';

const BUNDLES = 'out/package/dist';

/** The package that runs everywhere, once `hostSizes` has made it. */
export const vsix = (): string => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  return `out/package/${packageName(UNIVERSAL, version)}`;
};

/** What is loaded and what is installed, and how much of it there may be, in kilobytes. */
const BUDGETS = [
  ['program of the extension host', () => `${BUNDLES}/extension.js`, 300],
  ['page of the panel', () => `${BUNDLES}/panel.js`, 1000],
  ['pictures of formulas', () => `${BUNDLES}/formulas.json`, 200],
  ['VSIX that runs everywhere', vsix, 11_200],
] as const;

/** The sizes of bundles and package as they are shipped, each beside its budget. Leaves the package where `vsix` says. */
export function hostSizes(progress: (line: string) => void): readonly Row[] {
  progress('the bundles as they are shipped, and the package of them …');
  const node = (...command: readonly string[]) => execFileSync(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
  node('esbuild.js', '--production', `--outdir=${BUNDLES}`);
  node('packaging/package.mjs', `--only=${UNIVERSAL}`);
  return BUDGETS.map(([work, file, budget]) => budgetRow(work, 'KB', statSync(file()).size / 1000, budget));
}
