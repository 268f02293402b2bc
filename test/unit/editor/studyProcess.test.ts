import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { faultOf, howToRun, startStudy, stopStudy } from '../../../src/editor/studyProcess';
import { isAlive, processStart } from '../../../src/runs/processIdentity';
import { temporaryFolder } from '../support/temporaryFolder';

describe('the process of a study', () => {
  const temporary = temporaryFolder();

  /** Starts a stand-in for the command line that runs `code`. */
  function start(code: string, engine: 'auto' | 'wasm' = 'auto', jobs = 3) {
    const program = temporary.file('program.js');
    writeFileSync(program, code);
    const study = temporary.file('fashion.study.json');
    const [out, logs, engines] = [temporary.file('fashion'), temporary.file('logs'), temporary.file('engines')];
    return startStudy({ study, out, engine, threads: 2, jobs, program, logs, engines });
  }

  for (const [place, expected, why] of [
    [{ jobs: 0 }, '--threads 2', 'as many as the processors allow'],
    [{ jobs: 3 }, '--threads 2 --jobs 3', 'three at a time'],
    [{ jobs: 3, slurm: [] }, '--threads 2 --on slurm', 'a cluster knows how many find room'],
    [
      { jobs: 0, slurm: ['--partition=gpu', '--time=1:00:00'] },
      '--threads 2 --on slurm --slurm-option=--partition=gpu --slurm-option=--time=1:00:00',
      'its options',
    ],
    [{ jobs: 3, slurm: [], asBefore: true }, '', 'as the records say'],
    [
      { jobs: 0, slurm: ['--partition=gpu'], asBefore: true },
      '--slurm-option=--partition=gpu',
      'as the records say but for what is set now',
    ],
  ] as const)
    it(`is told where trials run: ${why}`, () => assert.equal(howToRun({ engine: 'auto', threads: 2, ...place }).join(' '), expected));

  it('is told study, folder, settings and where engines are; an engine and a number of jobs only when they are named', async () => {
    const words = '[...process.argv.slice(2), process.env.BOUNDLENS_ENGINES]';
    const code = `require('fs').writeFileSync(${JSON.stringify(temporary.file('told'))}, JSON.stringify(${words}))`;
    const told = () => (JSON.parse(readFileSync(temporary.file('told'), 'utf8')) as string[]).map(one => path.basename(one)).join(' ');
    await (
      await start(code)
    ).ended;
    assert.equal(told(), 'run fashion.study.json --out fashion --threads 2 --jobs 3 --json engines');
    await (
      await start(code, 'wasm', 0)
    ).ended;
    assert.equal(told(), 'run fashion.study.json --out fashion --engine wasm --threads 2 --json engines');
  });

  it('hands on its last word when it fails', async () => {
    const { ended } = await start(
      `console.error('10 %\\nfashion.study.json:3: sweep.seeds is empty: name at least one seed.'); process.exitCode = 1;`,
    );
    const end = await ended;
    assert.equal(end.code, 1);
    assert.equal(faultOf(end, false)?.message, 'fashion.study.json:3: sweep.seeds is empty: name at least one seed.');
  });

  it('is found by its lock and ended; without one there is nothing to end', async () => {
    const folder = temporary.file('fashion');
    mkdirSync(folder);
    await stopStudy(folder);
    const pidFile = temporary.file('pid');
    const { ended } = await start(
      `process.on('SIGTERM', () => process.exit(1)); setInterval(() => {}, 1000); require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));`,
    );
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await pause(20);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    const identity = { pid, startedAt: (await processStart(pid)) ?? 'gone' };
    writeFileSync(path.join(folder, 'queue.json'), JSON.stringify(identity));
    await stopStudy(folder);
    assert.equal((await ended).code, process.platform === 'win32' ? null : 1);
    assert.equal(await isAlive(identity), false);
  });
});
