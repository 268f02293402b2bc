// npm run lint: types of every project, the lint rules and the formatting; exits 1 when any of them complains.
import { spawnSync } from 'node:child_process';

const REMEMBERED = ['--cache', '--cache-strategy', 'content', '--cache-location', 'out/formatted.json'];

/**
 * TypeScript 7 checks the types, several times as fast as the one whose library the lint rules need. Prettier remembers which contents are formatted.
 * @type {Record<string, string[]>}
 */
const checks = {
  'types of src': ['typescript7/bin/tsc', '-p', 'src'],
  'types of webview': ['typescript7/bin/tsc', '-p', 'webview'],
  'types of test': ['typescript7/bin/tsc', '-p', 'test'],
  rules: ['eslint/bin/eslint.js', '-c', '.eslint.config.mjs', '--max-warnings', '0', 'src', 'webview', 'test'],
  format: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', ...REMEMBERED, '.'],
};
let failed = false;
for (const [name, [tool, ...options]] of Object.entries(checks)) {
  const { status } = spawnSync(process.execPath, [`node_modules/${tool}`, ...options], { stdio: 'inherit' });
  console.log(`${name}: ${status === 0 ? 'ok' : 'failed'}`);
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
