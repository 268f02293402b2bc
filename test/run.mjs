// npm test: builds everything and runs lint, unit, host (in both VS Codes) and UI tests; those that start editors beside those that compute.
// node test/run.mjs [lint] [unit] [cluster] [host] [host-minimum] [ui] [packages] [faults] [--grep=text] [--desktop] [--kills=N] [--rounds=N] [--slowest]
// Without names all of them run. --desktop takes the host tests to a desktop VS Code and leaves out the UI tests, which need the packaged one.
// --kills says how many kills the runs of the fault tests have to survive, --rounds how many rounds the soak of the extension host takes.
// --slowest lists the tests and hooks that took longest over all suites.
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

/** Milliseconds that a test may take on a machine that does much else: far more than it needs, so that only a test that hangs fails by it. */
const LONGEST = 300_000;

const mocha = (/** @type {string} */ bundle, /** @type {number} */ timeout) => [
  'node_modules/mocha/bin/mocha.js',
  ...['--reporter', 'test/reporter.mjs', '--timeout', String(timeout), '--forbid-only', '--forbid-pending', '--exit'],
  ...(grep ? ['--fgrep', grep] : []),
  bundle,
];
const host = (/** @type {string} */ version) => ['test/workbench/hostTests.mjs', version, ...(desktop ? ['--desktop'] : [])];

/**
 * What each suite runs, which bundles it needs, and its lane: lanes run side by side, the suites of one in turn. Some compute on one processor, some
 * mostly wait for an editor (and share its install), one waits for Slurm.
 * @type {Record<string, { lane: 'computing' | 'editors' | 'slurm', command: string[], bundles: string[], needs?: string[] }>}
 */
const suites = {
  lint: { lane: 'computing', command: ['test/lint.mjs'], bundles: [] },
  unit: {
    lane: 'computing',
    command: mocha('out/unit.js', LONGEST),
    bundles: ['unit', 'analysis', 'webAnalysis', 'trainer', 'cli', 'panel'],
  },
  cluster: {
    lane: 'slurm',
    command: mocha('out/cluster.js', 2 * LONGEST),
    bundles: ['cluster', 'trainer', 'cli', 'panel'],
    needs: ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel'],
  },
  host: { lane: 'editors', command: host('current'), bundles: ['host', 'extension', 'analysis', 'studyChecks', 'trainer', 'cli', 'panel'] },
  'host-minimum': {
    lane: 'editors',
    command: host('minimum'),
    bundles: ['host', 'extension', 'analysis', 'studyChecks', 'trainer', 'cli', 'panel'],
  },
  ui: {
    lane: 'editors',
    command: mocha('out/ui.js', LONGEST),
    bundles: ['ui', 'extension', 'analysis', 'studyChecks', 'trainer', 'cli', 'panel', 'web', 'webAnalysis', 'webStudyChecks'],
  },
  // Its first hook builds and packs everything.
  packages: { lane: 'editors', command: mocha('out/packages.js', 4 * LONGEST), bundles: ['packages'] },
  faults: { lane: 'computing', command: mocha('out/faults.js', LONGEST), bundles: ['faults', 'trainer', 'cli', 'panel'] },
};

/**
 * Runs a Node program, its output passed on as it comes: line by line behind a name, where several run at once.
 * @param {string[]} command
 * @param {{ env?: Record<string, string>, name?: string }} [options]
 * @returns {Promise<{ status: number | null, output: string }>}
 */
function run(command, { env = {}, name } = {}) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, command, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', text => {
        output += text;
        if (name === undefined) return process.stdout.write(text);
        const lines = `${rest}${text}`.split('\n');
        rest = lines.pop() ?? '';
        return lines.forEach(line => console.log(`${name}: ${line}`));
      });
      stream.once('end', () => rest !== '' && console.log(`${name}: ${rest}`));
    }
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

/**
 * What a suite tells of itself at its end.
 * @typedef {{ passed: number, failed: number, slowest?: { title: string, seconds: number }[] }} Counts
 */

/** @param {string} file @returns {Counts | undefined} */
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
 * @param {boolean} isAlone whether no other suite runs beside it
 * @returns {Promise<Counts & { note?: string }>}
 */
async function runSuite(name, folder, isAlone) {
  const file = path.join(folder, `${name}.json`);
  const env = {
    BOUNDLENS_TEST_RESULT: file,
    ...(grep ? { BOUNDLENS_TEST_GREP: grep } : {}),
    ...(kills ? { BOUNDLENS_KILLS: kills } : {}),
    ...(rounds ? { BOUNDLENS_ROUNDS: rounds } : {}),
  };
  const { status, output } = await run(suites[name]?.command ?? [], isAlone ? { env } : { env, name });
  const counts = name === 'lint' ? lintCounts(output) : readCounts(file);
  if (!counts) return { passed: 0, failed: 1, note: 'died before it could count' };
  if (status !== 0 && counts.failed === 0) return { ...counts, failed: 1, note: `ended with exit code ${status}` };
  if (counts.passed + counts.failed === 0 && !grep) return { ...counts, failed: 1, note: 'ran nothing' };
  return counts;
}

/**
 * @param {string[]} names
 * @returns {Promise<(Counts & { name: string, seconds: number, note?: string })[]>}
 */
async function runAll(names) {
  const bundles = [...new Set(names.flatMap(name => suites[name]?.bundles ?? []))];
  console.log('── build');
  const build = bundles.length > 0 ? [`--only=${bundles.join(',')}`] : ['--install-only'];
  const begin = performance.now();
  const isBuilt = (await run(['esbuild.js', ...build])).status === 0;
  const built = { name: 'build', passed: 0, failed: 0, seconds: (performance.now() - begin) / 1e3 };
  if (!isBuilt) return [{ ...built, failed: 1, note: 'did not build' }];
  const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-counts-'));
  /** @param {string[]} lane */
  const inTurn = async lane => {
    const results = [];
    for (const name of lane) {
      const missing = missingPrograms(name);
      console.log(`── ${name}${missing.length > 0 ? ` is left out: this machine has no ${missing.join(', ')}` : ''}`);
      if (missing.length > 0) continue;
      const start = performance.now();
      const result = await runSuite(name, folder, names.length === 1);
      results.push({ name, ...result, seconds: (performance.now() - start) / 1e3 });
    }
    return results;
  };
  try {
    const lanes = [...new Set(names.map(name => suites[name]?.lane))].map(lane => names.filter(name => suites[name]?.lane === lane));
    return [built, ...(await Promise.all(lanes.map(inTurn))).flat()];
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
if (options.includes('--slowest')) {
  const parts = results.flatMap(({ name, slowest = [] }) => slowest.map(part => ({ ...part, name })));
  for (const { name, title, seconds } of parts.sort((a, b) => b.seconds - a.seconds).slice(0, 30))
    console.log(`${seconds.toFixed(1).padStart(6)} s  ${name}: ${title}`);
}
for (const { name, passed, failed, seconds, note } of results)
  console.log(`${name.padEnd(14)}${seconds.toFixed(0).padStart(5)} s  ${passed} passed, ${failed} failed${note ? ` (${note})` : ''}`);
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
const nothing = passed + failed === 0;
if (nothing) console.log('Nothing ran.');
process.exitCode = failed > 0 || nothing ? 1 : 0;
console.log(`${passed} passed, ${failed + (nothing ? 1 : 0)} failed`);
