import { Stopped } from '../common/fault';
import { writeStudyReport } from '../reporting/studyReport';
import { summaryText } from '../reporting/summaryText';
import { DataFingerprinter } from '../runs/dataFingerprints';
import type { Executor } from '../runs/executor';
import type { SweepProgress } from '../runs/sweepProgress';
import { RunStore } from '../runs/store';
import type { Trial } from '../studies/study';
import type { CommandContext } from './command';

export interface StudyExecution {
  readonly trials: readonly Trial[];
  /** Folder of the study's runs; reports are written into it. */
  readonly folder: string;
  readonly executor: Executor;
}

/**
 * Runs trials with a progress bar, writes the study's report and prints it. Returns 0 when every trial finished, 1 when one failed
 * or was stopped by somebody else.
 * Throws `Stopped` after Ctrl-C, with everything that finished kept; where the executor outlives this process, says how to come back.
 */
export async function executeStudy({ trials, folder, executor }: StudyExecution, context: CommandContext): Promise<number> {
  const { terminal, assets, signal } = context;
  const store = new RunStore(folder);
  const fingerprinter = new DataFingerprinter(folder);
  const records = await executor.run({
    name: trials[0]!.study.name,
    trials,
    store,
    signal,
    fingerprint: trial => fingerprinter.of(trial),
    onProgress: progress => terminal.progress(progress.fraction, progressLabel(progress), progress.secondsLeft),
    onNote: sentence => terminal.note(sentence),
  });
  terminal.progressDone();
  if (signal.aborted) {
    if (!executor.outlivesCaller) throw new Stopped();
    terminal.document({ folder, detached: true });
    terminal.print(`The trials go on in the cluster. Give the same command to watch them; boundlens runs stop ${folder} ends them.`);
    return 0;
  }
  const wanted = new Set(trials.map(trial => trial.id));
  const runs = (await store.list()).filter(run => wanted.has(run.record.id));
  const order = new Map(trials.map((trial, i) => [trial.id, i]));
  runs.sort((a, b) => order.get(a.record.id)! - order.get(b.record.id)!);
  const unfinished = records.filter(record => record.state !== 'finished' && !record.earlyStop);
  const failures = unfinished.filter(record => record.state === 'failed');
  for (const failure of failures)
    process.stderr.write(`${failure.trial.arm}, seed ${failure.trial.seed} failed: ${failure.fault ?? 'no reason is known'}\n`);
  if (unfinished.length === records.length) return 1;
  const report = await writeStudyReport(folder, runs, assets);
  terminal.document({ summary: report.summary, folder, files: { html: report.html, json: report.json } });
  terminal.print(`\n${summaryText(report.summary)}\n\nReport: ${report.html}\n        ${report.json}`);
  return unfinished.length > 0 ? 1 : 0;
}

function progressLabel({ records, kept }: SweepProgress): string {
  const over = records.filter(record => record.state !== 'queued' && record.state !== 'running').length;
  const running = records
    .filter(record => record.state === 'running')
    .map(({ trial, progress }) => `${trial.arm} #${trial.seed}${progress ? ` ${progress.phase}` : ''}`);
  return [`${over} of ${records.length} trials`, ...(kept > 0 ? [`${kept} kept`] : []), running.join(', ')]
    .filter(part => part !== '')
    .join(' · ');
}
