import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { AnalysisClient } from '../../src/definitions/analysisClient';
import { RunWatcher } from '../../src/editor/runWatcher';
import { budgetRow, median, type Row } from './benchmark';
import { afterKeystrokes } from './keystrokes';
import { UNLABELLED, writeTexts } from './lensTexts';

/** Milliseconds of one keystroke of a fast typist. */
const KEYSTROKE_MS = 100;
const KEYSTROKES = 60;
/** Looks at runs four times a second, as the extension does. */
const LOOK_MS = 250;
const LOOKS = 60;
/** The 99th percentile that the delay of the host's event loop may reach. */
const BUDGET_MS = 20;

/**
 * How late the event loop of a plain Node is, 99 times of 100, while it does what the extension does when a long file is edited and while a run trains beside
 * it; and how long that takes for a keystroke that changes what a lens says: the way to the worker, its reading, the way back and all texts, but neither the delay
 * before a reading nor what VS Code adds (see inVsCode.ts). An idle loop's delay, which is the clock's own, is taken off.
 */
export async function hostDelays(client: AnalysisClient, text: string, progress: (line: string) => void): Promise<readonly Row[]> {
  progress('the event loop: idle, while a file is edited, while a run trains …');
  const idle = await delayWhile(() => pause(3_000));
  const late: number[] = [];
  const edited = await delayWhile(async () => {
    for (let version = 0; version < KEYSTROKES; version++) {
      const document = { uri: 'bench:delays', version, text: afterKeystrokes(text, version) };
      const start = performance.now();
      writeTexts(await client.analyse(document, { unlabelled: UNLABELLED, isBrief: true, isTyping: true }));
      late.push(performance.now() - start);
      await pause(Math.max(0, KEYSTROKE_MS - late.at(-1)!));
    }
  });
  const trained = await delayWhile(watchRun);
  return [
    budgetRow('event loop delay p99 of plain Node while a file is edited', 'ms', edited - idle, BUDGET_MS),
    budgetRow('event loop delay p99 of plain Node while a run trains', 'ms', trained - idle, BUDGET_MS),
    budgetRow(
      'text to the worker, its reading, and the texts of all lenses and hints: a keystroke without any delay, median',
      'ms',
      median(late),
      KEYSTROKE_MS,
    ),
  ];
}

/** The 99th percentile of the loop's delay while something goes on, in milliseconds. */
async function delayWhile(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await work();
  delay.disable();
  return delay.percentile(99) / 1e6;
}

/** Starts a run as the extension does and looks at it as often. */
async function watchRun(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-bench-'));
  const study = path.resolve('media/sample/bench.study.json');
  const sample = readFileSync('media/sample/fashion.study.json', 'utf8');
  writeFileSync(
    study,
    sample.replace('"name": "Fashion: T-shirt or coat"', '"name": "bench"').replace('"seeds": [0, 1, 2]', '"seeds": [0]'),
  );
  const child = spawn(process.execPath, ['dist/cli.js', 'run', study, '--out', path.join(folder, 'bench'), '--jobs', '1', '--json'], {
    stdio: 'ignore',
  });
  try {
    const watcher = new RunWatcher({ roots: () => [{ folder, name: '' }], mayWrite: () => false, warn: () => undefined });
    for (let look = 0; look < LOOKS; look++) {
      await (look % 8 === 0 ? watcher.scan() : watcher.poll());
      await pause(LOOK_MS);
    }
  } finally {
    const gone = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
    rmSync(study, { force: true });
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
