// npm test: builds everything and runs lint, unit, host (in both VS Codes) and UI tests.
// node test/run.mjs [lint] [unit] [cluster] [host] [host-minimum] [ui] [packages] [faults] [--grep=text] [--desktop] [--kills=N] [--rounds=N]
// Without names all of them run. --desktop takes the host tests to a desktop VS Code and leaves out the UI tests, which need the packaged one.
// --kills says how many kills the runs of the fault tests have to survive, --rounds how many rounds the soak of the extension host takes.
// The cluster tests start a real Slurm; where its programs are missing they are left out, which is said and not counted as passed.
// The last line is `N passed, N failed` over all; a suite that dies or runs nothing counts as a failure.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const options = process.argv.slice(2).filter(argument => argument.startsWith('--'));
const desktop = options.includes('--desktop');
const kills = options.find(option => option.startsWith('--kills='))?.slice('--kills='.length);
const rounds = options.find(option => option.startsWith('--rounds='))?.slice('--rounds='.length);
const grep = options.find(option => option.startsWith('--grep='))?.slice('--grep='.length);

const mocha = (/** @type {string} */ bundle, /** @type {number} */ timeout) => [
  'node_modules/mocha/bin/mocha.js',
  ...['--reporter', 'test/reporter.mjs', '--timeout', String(timeout), '--forbid-only', '--forbid-pending', '--exit'],
  ...(grep ? ['--fgrep', grep] : []),
  bundle,
];
const host = (/** @type {string} */ version) => ['test/workbench/hostTests.mjs', version, ...(desktop ? ['--desktop'] : [])];

/**
 * What each suite runs, and which bundles it needs.
 * @type {Record<string, { command: string[], bundles: string[], needs?: string[] }>}
 */
const suites = {
  lint: { command: ['test/lint.mjs'], bundles: [] },
  unit: { command: mocha('out/unit.js', 60_000), bundles: ['unit', 'analysis', 'webAnalysis', 'trainer', 'cli'] },
  cluster: {
    command: mocha('out/cluster.js', 60_000),
    bundles: ['cluster', 'trainer', 'cli', 'panel'],
    needs: ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel'],
  },
  host: { command: host('current'), bundles: ['host', 'extension', 'analysis', 'studyChecks', 'trainer', 'cli', 'panel'] },
  'host-minimum': { command: host('minimum'), bundles: ['host', 'extension', 'analysis', 'studyChecks', 'trainer', 'cli', 'panel'] },
  ui: {
    command: mocha('out/ui.js', 300_000),
    bundles: ['ui', 'extension', 'analysis', 'studyChecks', 'trainer', 'cli', 'panel', 'web', 'webAnalysis'],
  },
  packages: { command: mocha('out/packages.js', 300_000), bundles: ['packages'] },
  faults: { command: mocha('out/faults.js', 60_000), bundles: ['faults', 'trainer', 'cli', 'panel'] },
};

/**
 * Runs a Node program, its output passed on as it comes.
 * @param {string[]} command
 * @param {Record<string, string>} [env]
 * @returns {Promise<{ status: number | null, output: string }>}
 */
function run(command, env = {}) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, command, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', data => {
        output += data;
        process.stdout.write(data);
      });
    child.once('close', status => resolve({ status, output }));
  });
}

/**
 * The programs of a suite that this machine lacks.
 * @param {string} name
 */
function missingPrograms(name) {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return (suites[name]?.needs ?? []).filter(program => !folders.some(folder => existsSync(path.join(folder, program))));
}

/** @param {string} output the lines `check: ok` and `check: failed` of test/lint.mjs */
function lintCounts(output) {
  const verdicts = [...output.matchAll(/^[\w ]+: (ok|failed)$/gm)].map(match => match[1]);
  return { passed: verdicts.filter(verdict => verdict === 'ok').length, failed: verdicts.filter(verdict => verdict === 'failed').length };
}

/** @param {string} file @returns {{ passed: number, failed: number } | undefined} */
function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Runs one suite.
 * @param {string} name
 * @param {string} folder where its counts go
 * @returns {Promise<{ passed: number, failed: number, note?: string }>}
 */
async function runSuite(name, folder) {
  const file = path.join(folder, `${name}.json`);
  const { status, output } = await run(suites[name]?.command ?? [], {
    BOUNDLENS_TEST_RESULT: file,
    ...(grep ? { BOUNDLENS_TEST_GREP: grep } : {}),
    ...(kills ? { BOUNDLENS_KILLS: kills } : {}),
    ...(rounds ? { BOUNDLENS_ROUNDS: rounds } : {}),
  });
  const counts = name === 'lint' ? lintCounts(output) : readCounts(file);
  if (!counts) return { passed: 0, failed: 1, note: 'died before it could count' };
  if (status !== 0 && counts.failed === 0) return { ...counts, failed: 1, note: `ended with exit code ${status}` };
  if (counts.passed + counts.failed === 0 && !grep) return { ...counts, failed: 1, note: 'ran nothing' };
  return counts;
}

/**
 * @param {string[]} names
 * @returns {Promise<{ name: string, passed: number, failed: number, note?: string }[]>}
 */
async function runAll(names) {
  const bundles = [...new Set(names.flatMap(name => suites[name]?.bundles ?? []))];
  console.log('── build');
  const build = bundles.length > 0 ? [`--only=${bundles.join(',')}`] : ['--install-only'];
  if ((await run(['esbuild.js', ...build])).status !== 0) return [{ name: 'build', passed: 0, failed: 1, note: 'did not build' }];
  const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-counts-'));
  try {
    const results = [];
    for (const name of names) {
      console.log(`── ${name}`);
      const missing = missingPrograms(name);
      if (missing.length > 0) {
        console.log(`left out: this machine has no ${missing.join(', ')}`);
        continue;
      }
      results.push({ name, ...(await runSuite(name, folder)) });
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const named = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
const unknown = named.filter(name => !suites[name]);
if (unknown.length > 0) {
  console.error(`There is no suite "${unknown[0]}"; there are ${Object.keys(suites).join(', ')}.`);
  process.exit(2);
}
const every = Object.keys(suites).filter(name => !(desktop && name === 'ui'));
const results = await runAll(named.length > 0 ? named : every);
console.log('── summary');
for (const { name, passed, failed, note } of results)
  console.log(`${name.padEnd(14)}${passed} passed, ${failed} failed${note ? ` (${note})` : ''}`);
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
const nothing = passed + failed === 0;
if (nothing) console.log('Nothing ran.');
process.exitCode = failed > 0 || nothing ? 1 : 0;
console.log(`${passed} passed, ${failed + (nothing ? 1 : 0)} failed`);
