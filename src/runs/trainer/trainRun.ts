import { setInterval as every } from 'node:timers/promises';
import { Stopped, sentenceOf } from '../../common/fault';
import type { Trial } from '../../studies/study';
import type { Engine } from '../../training/engine/engine';
import type { TrialResults } from '../../training/results';
import type { StateKeeping } from '../../training/trainingState';
import { trialHash } from '../../studies/trialHash';
import { boundLog } from './boundedLog';
import type { DataFingerprints } from '../dataFingerprints';
import { BEAT, Heartbeat } from '../heartbeat';
import { ownIdentity } from '../processIdentity';
import { provenanceHere, type CodeVersion } from '../provenance';
import type { MetricLine, RunProgress, RunRecord } from '../record';
import type { RunFolder } from '../runFolder';
import { RunJournal } from './runJournal';
import { Paused, StateKeeper } from './stateKeeper';

/** What a trial is given while it runs. */
export interface TrialContext {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RunProgress) => void;
  readonly onMetrics: (line: MetricLine) => void;
  readonly keeping: StateKeeping;
  readonly outputFolder: string;
}

/** The parts that a trainer is made of. */
export interface TrainerParts {
  readonly createEngine: (log: (line: string) => void) => Promise<Engine>;
  readonly runTrial: (trial: Trial, context: TrialContext) => Promise<TrialResults>;
  /** What the trial's data are; a `FileFault` fails the run. */
  readonly fingerprint?: (trial: Trial) => Promise<DataFingerprints>;
  /** Goes to `trainer.log`. */
  readonly log: (line: string) => void;
  /** Aborts the run: a signal from the system. */
  readonly signal: AbortSignal;
  /** The program that trains. */
  readonly code?: CodeVersion;
  /** Seconds between two saved states of pre-training. */
  readonly stateSeconds?: number;
  /** Pauses before each attempt to write how the run ended, in milliseconds. */
  readonly lastAttempts?: readonly number[];
}

/** How often the `stop` file is looked for, in milliseconds. */
const STOP_POLL = 250;

/**
 * Executes the run of a folder from its record to its end, and writes it all down there. Returns the state it ended in; what went wrong
 * is in the record's `fault`. Throws only when that cannot be written. A run whose folder is deleted, or that another
 * trainer has by now, stops and writes nothing.
 */
export async function trainRun(folder: RunFolder, parts: TrainerParts): Promise<RunRecord['state']> {
  const { log } = parts;
  const journal = await RunJournal.open(folder, log, parts.lastAttempts);
  const abort = new AbortController();
  const stop = () => abort.abort();
  parts.signal.addEventListener('abort', stop);
  if (parts.signal.aborted || (await folder.stopRequested())) stop();
  const watching = watchFolder(folder, stop, abort.signal);
  try {
    const end = await outcome(folder, journal, parts, abort.signal);
    log(
      end.fault ??
        (end.pausedAfter === undefined ? `The run is ${end.state}.` : `The run waits after step ${end.pausedAfter} to be compared.`),
    );
    if ((await folder.isGone()) || (await isTakenOver(folder))) {
      journal.abandon();
      return 'stopped';
    }
    await journal.end(end);
    if (end.state === 'finished') await folder.dropTrainingState().catch((error: unknown) => log(sentenceOf(error)));
    return end.state;
  } finally {
    parts.signal.removeEventListener('abort', stop);
    stop();
    await watching;
  }
}

type Outcome = Pick<RunRecord, 'state' | 'results' | 'fault' | 'pausedAfter'>;

async function outcome(folder: RunFolder, journal: RunJournal, parts: TrainerParts, signal: AbortSignal): Promise<Outcome> {
  let engine: Engine | undefined;
  try {
    await journal.write({
      state: 'running',
      startedAt: new Date().toISOString(),
      process: await ownIdentity(),
      endedAt: undefined,
      results: undefined,
      fault: undefined,
      progress: undefined,
      pausedAfter: undefined,
      earlyStop: undefined,
      data: undefined,
      provenance: provenanceHere(journal.record.trial.study, parts.code),
    });
    signal.throwIfAborted();
    let note: string | undefined;
    engine = await parts.createEngine(line => parts.log((note = line)));
    await journal.write({ engine: { name: engine.name, threads: engine.threads, ...(note !== undefined && { note }) } });
    const { trial } = journal.record;
    const data = await parts.fingerprint?.(trial);
    const key = {
      trial: trialHash(trial),
      engine: engine.name,
      threads: engine.threads,
      code: parts.code?.bundle ?? '',
      platform: `${process.platform}-${process.arch}`,
      data: JSON.stringify(data ?? {}),
    };
    const keeping = await StateKeeper.open(folder, journal, key, parts.log, parts.stateSeconds);
    const step = keeping.resume?.steps.step;
    await journal.write({
      ...(data && { data }),
      resumedAfter: step === undefined ? undefined : [...(journal.record.resumedAfter ?? []), step],
    });
    const results = await parts.runTrial(trial, {
      engine,
      signal,
      onProgress: progress => journal.progress(progress),
      onMetrics: line => journal.metrics([line]),
      keeping,
      outputFolder: await folder.beginCheckpoint(),
    });
    await folder.finishCheckpoint();
    return { state: 'finished', results };
  } catch (error) {
    await folder.dropCheckpoint().catch(() => undefined);
    if (error instanceof Paused && !signal.aborted) return { state: 'queued', pausedAfter: journal.record.pauseAfter };
    if (signal.aborted || error instanceof Stopped) return { state: 'stopped' };
    parts.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { state: 'failed', fault: sentenceOf(error) };
  } finally {
    engine?.dispose();
  }
}

/** Somebody asked the run to stop, or deleted it. */
const isUnwanted = async (folder: RunFolder): Promise<boolean> => (await folder.stopRequested()) || (await folder.isGone());

/** Whether another trainer has the run: this one was not heard of for so long that it was taken for gone. */
async function isTakenOver(folder: RunFolder): Promise<boolean> {
  const own = await ownIdentity();
  const { process: trainer } = await folder.readOwn();
  return trainer !== undefined && (trainer.pid !== own.pid || trainer.startedAt !== own.startedAt);
}

/** Looks for the `stop` file, keeps the log bounded and gives a heartbeat until the run is over. */
async function watchFolder(folder: RunFolder, stop: () => void, over: AbortSignal): Promise<void> {
  const { pid, startedAt } = await ownIdentity();
  const heart = new Heartbeat(folder.beatFile, `${pid} ${startedAt}`, folder.files);
  let beaten = -Infinity;
  try {
    for await (const _ of every(STOP_POLL, undefined, { signal: over })) {
      if (await isUnwanted(folder).catch(() => false)) stop();
      if (performance.now() - beaten >= BEAT && !(await folder.isGone())) {
        beaten = performance.now();
        if (await isTakenOver(folder).catch(() => false)) stop();
        else await heart.beat();
      }
      await boundLog(folder.logFile).catch(() => undefined);
    }
  } catch {
    // The run is over.
  }
}
