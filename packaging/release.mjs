// npm run release: says what a release of the packed version would do and what stands in its way; with "-- --publish" it does it.
// A place whose account is not in the environment is left out, and said so. docs/releasing.md walks through it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { obstacles, releasePlan } from './releasePlan.mjs';

const root = path.resolve(import.meta.dirname, '..');
const isPublishing = process.argv.includes('--publish');
const project = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const out = path.join(root, 'out/package');

const reasons = obstacles(project, readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8'), existsSync(out) ? readdirSync(out) : []);
console.log(`BoundLens ${project.version}${isPublishing ? '' : ' (nothing is published; "npm run release -- --publish" does)'}`);
for (const reason of reasons) console.log(`! ${reason}`);
if (isPublishing && reasons.length > 0) process.exit(1);

for (const { place, account, isPossible, commands } of releasePlan(project.version, process.env)) {
  console.log(`${place}: ${isPossible ? '' : `left out, ${account} is not set`}`);
  for (const [program, ...options] of commands) {
    console.log(`  ${[program, ...options].join(' ')}`);
    if (!isPublishing || !isPossible || !program) continue;
    const { status } = spawnSync(program, options, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
    if (status !== 0) process.exit(status ?? 1);
  }
}
