// npm run renew: writes anew every file that is derived from code and kept in the repository, so that `git diff` shows what a change made of it.
// Tests that compare such a file say BOUNDLENS_UPDATE in their title and write it when that variable is set.
import { spawnSync } from 'node:child_process';

/** @type {readonly { what: string, command: string[], env?: Record<string, string> }[]} */
const steps = [
  { what: 'bundles', command: ['esbuild.js', '--only=unit,analysis,trainer,cli'] },
  {
    what: 'files that tests compare',
    command: ['node_modules/mocha/bin/mocha.js', '--reporter', 'dot', '--exit', '--fgrep', 'BOUNDLENS_UPDATE', 'out/unit.js'],
    env: { BOUNDLENS_UPDATE: '1' },
  },
  { what: 'production bundles', command: ['esbuild.js', '--production', '--outdir=out/package/dist'] },
  { what: 'THIRD-PARTY-NOTICES.txt', command: ['packaging/notices.mjs'] },
  {
    what: 'format',
    command: [
      'node_modules/prettier/bin/prettier.cjs',
      '--write',
      '--log-level',
      'warn',
      'media/study.schema.json',
      'media/multiview.schema.json',
    ],
  },
];

for (const { what, command, env } of steps) {
  console.log(`── ${what}`);
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}
