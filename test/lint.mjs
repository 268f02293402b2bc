// npm run lint: types of every project, the lint rules and the formatting; exits 1 when any of them complains.
import { spawnSync } from 'node:child_process';

/** @type {Record<string, string[]>} */
const checks = {
  'types of src': ['typescript/bin/tsc', '-p', 'src'],
  'types of webview': ['typescript/bin/tsc', '-p', 'webview'],
  'types of test': ['typescript/bin/tsc', '-p', 'test'],
  rules: ['eslint/bin/eslint.js', '-c', '.eslint.config.mjs', '--max-warnings', '0', 'src', 'webview', 'test'],
  format: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
};
let failed = false;
for (const [name, [tool, ...options]] of Object.entries(checks)) {
  const { status } = spawnSync(process.execPath, [`node_modules/${tool}`, ...options], { stdio: 'inherit' });
  console.log(`${name}: ${status === 0 ? 'ok' : 'failed'}`);
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
