import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { RunWatcher } from '../../src/editor/runWatcher';
import { RunFolder } from '../../src/runs/runFolder';
import { listRuns } from '../../src/runs/runIndex';
import { RunStore } from '../../src/runs/store';
import { parseStudy } from '../../src/studies/parseStudy';
import { expandTrials } from '../../src/studies/trials';
import { TRIALS, writeStudy } from '../faults/study';
import { median, type Benchmark, type Row } from './benchmark';

const COUNT = 10_000;
const CLI = path.resolve('dist/cli.js');
const TRAINER = path.resolve('dist/trainer.js');

/** What runs cost beside the training itself, and how quickly many of them are listed and opened. */
export const runs: Benchmark = {
  summary: 'runs on disk: overhead per trial, start of a trainer, a sweep beside a shell loop, list and open times at 10,000 runs',
  seconds: 60,

  async run(_options, progress) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'boundlens-bench-'));
    try {
      const study = path.join(folder, 'bench.study.json');
      writeStudy(study);
      return [...(await trials(folder, study, progress)), ...(await many(folder, progress))];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const row = (work: string, ours: number, peer: string, theirs: number, unit = 'ms'): Row => ({
  work,
  peer,
  threads: 1,
  unit,
  ours,
  theirs,
  ratio: ours / theirs,
});

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function trials(folder: string, study: string, progress: (line: string) => void): Promise<Row[]> {
  const sweep = (out: string) =>
    spawnSync(process.execPath, [CLI, 'run', study, '--out', out, '--jobs', '1', '--threads', '1'], { stdio: 'ignore' });
  const [swept, looped, trained]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < 3; round++) {
    progress(`round ${round + 1} of 3: a sweep of ${TRIALS.length} trials, then the same trainers in a loop …`);
    const out = path.join(folder, `sweep-${round}`);
    swept.push(await timed(() => sweep(out)));
    const records = await Promise.all(TRIALS.map(id => new RunFolder(path.join(out, id)).read()));
    trained.push(1000 * records.reduce((sum, { results }) => sum + results!.seconds, 0));
    looped.push(await loop(path.join(folder, `loop-${round}`), study));
  }
  const perTrial = (all: readonly number[]) => median(all) / TRIALS.length;
  progress('a trainer from its start to its first step …');
  const [firstStep, node] = [
    await firstSteps(path.join(folder, 'first'), study),
    await timed(() => execFileSync(process.execPath, ['-e', '0'])),
  ];
  return [
    row('a trial, from queue to result', perTrial(swept), 'the training itself', perTrial(trained)),
    row('a sweep of 4 trials', median(swept), 'a shell loop over the trainers', median(looped)),
    row('trainer start to first step', firstStep, 'node starting and ending', node),
  ];
}

/** The trainers of a study one after the other, without queue, locks or report. */
async function loop(out: string, study: string): Promise<number> {
  const folders = await created(out, study);
  const words = folders.map(one => `"${process.execPath}" "${TRAINER}" "${one.path}" --threads=1`);
  return timed(() => spawnSync(words.join(' && '), { shell: true, stdio: 'ignore' }));
}

async function created(out: string, study: string): Promise<RunFolder[]> {
  const store = new RunStore(out);
  const parsed = parseStudy(readFileSync(study, 'utf8')).study!;
  return Promise.all(expandTrials(parsed, study).map(async trial => (await store.create(trial)).folder));
}

async function firstSteps(out: string, study: string): Promise<number> {
  const folders = await created(out, study);
  const times: number[] = [];
  for (const folder of folders) {
    const child = spawn(process.execPath, [TRAINER, folder.path, '--threads=1'], { stdio: 'ignore' });
    const started = performance.now();
    while ((await folder.metrics()).lines.every(({ step }) => step < 1) && child.exitCode === null) await pause(5);
    times.push(performance.now() - started);
    child.kill('SIGKILL');
    await new Promise(resolve => child.once('exit', resolve));
  }
  return median(times);
}

/** Ten thousand finished runs: copies of one real record under other ids. */
async function many(folder: string, progress: (line: string) => void): Promise<Row[]> {
  progress(`${COUNT} runs on disk …`);
  const root = path.join(folder, 'many');
  const record = await new RunFolder(path.join(folder, 'sweep-0', TRIALS[0])).read();
  for (let i = 0; i < COUNT; i++) {
    const one = path.join(root, 'study', `run-${i}`);
    mkdirSync(one, { recursive: true });
    writeFileSync(
      path.join(one, 'run.json'),
      JSON.stringify({ ...record, id: `run-${i}`, trial: { ...record.trial, id: `run-${i}`, seed: i } }),
    );
  }
  const store = new RunStore(path.join(root, 'study'));
  const list = () => timed(() => listRuns(store));
  const first = await list();
  const again = [await list(), await list(), await list(), await list(), await list()];
  const reading = await timed(() => store.list());
  const command = () => timed(() => spawnSync(process.execPath, [CLI, 'runs', 'list', root], { stdio: 'ignore' }));
  const commands = [await command(), await command(), await command()];
  const openedBy = () => new RunWatcher({ roots: () => [{ folder: root, name: '' }], mayWrite: () => true, warn: progress });
  const watcher = openedBy();
  const opened = [await timed(() => openedBy().scan()), await timed(() => openedBy().scan()), await timed(() => watcher.scan())];
  const scanned = await timed(() => watcher.scan());
  rmSync(path.join(store.path, 'index.json'));
  const openedFirst = await timed(() => openedBy().scan());
  const show = await timed(() =>
    spawnSync(process.execPath, [CLI, 'runs', 'show', path.join(root, 'study', 'run-7')], { stdio: 'ignore' }),
  );
  return [
    row(`list ${COUNT} runs`, median(again), 'reading every record', reading),
    row(`list ${COUNT} runs for the first time`, first, 'reading every record', reading),
    row(`boundlens runs list, ${COUNT} runs`, median(commands), 'reading every record', reading),
    row(`open the Runs view, ${COUNT} runs`, median(opened), 'reading every record', reading),
    row(`open the Runs view for the first time, ${COUNT} runs`, openedFirst, 'reading every record', reading),
    row(`look again at ${COUNT} runs`, scanned, 'reading every record', reading),
    row(`boundlens runs show, one of ${COUNT}`, show, 'reading every record', reading),
  ];
}
