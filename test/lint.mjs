// npm run lint: types of every project, the lint rules and the formatting; exits 1 when any of them complains.
import { spawnSync } from 'node:child_process';

const bin = 'node_modules/';
const checks = [
  ...['src', 'webview', 'test'].map(project => [`types of ${project}`, [`${bin}typescript/bin/tsc`, '-p', project]]),
  ['rules', [`${bin}eslint/bin/eslint.js`, '-c', '.eslint.config.mjs', '--max-warnings', '0', 'src', 'webview', 'test']],
  ['format', [`${bin}prettier/bin/prettier.cjs`, '--check', '--log-level', 'warn', '.']],
];
let failed = false;
for (const [name, command] of checks) {
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
  console.log(`${name}: ${status === 0 ? 'ok' : 'failed'}`);
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
