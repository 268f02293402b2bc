import * as path from 'node:path';
import * as vscode from 'vscode';
import { EnvironmentFault } from '../../common/fault';
import { formatDuration } from '../../common/format';
import { latestUnfinished } from '../../runs/latestUnfinished';
import { studyFolderName } from '../../studies/studyFolderName';
import type { Log } from '../log';
import type { Notices } from '../notices';
import type { RunService } from '../runService';
import type { StudyRuns } from '../runIndex';
import { overallProgress } from '../runText';
import { runsFolder, settings, type Settings } from '../settings';
import type { StudyGlance } from '../studyFiles';
import { faultOf, startStudy, type StudyEnd } from '../studyProcess';

/** What starting runs needs of the extension. */
export interface TrainingParts {
  readonly runs: RunService;
  readonly log: Log;
  readonly notices: Notices;
  /** Remembers the study that was chosen last. */
  readonly memory: vscode.Memento;
  /** Path of `dist/cli.js`. */
  readonly program: string;
  /** Folder for what study processes print. */
  readonly logs: string;
  /** Folder of engines that the user installed. */
  readonly engines: string;
}

/** Throws an EnvironmentFault in a workspace that is not trusted. */
export function requireTrust(): void {
  if (!vscode.workspace.isTrusted)
    throw new EnvironmentFault('Training starts processes, which needs a trusted workspace', 'trust this workspace first');
}

/** Where the trials of a study run; `as before` is the Slurm that was asked for them, with the engine and the threads of that time. */
export type Place = 'here' | 'slurm' | 'as before';

/** Runs a study in the background with its progress shown until it ends, and tells how it ended. */
export async function runStudy(parts: TrainingParts, study: StudyGlance, place: Place = 'here'): Promise<void> {
  const uri = vscode.Uri.file(study.file);
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (!folder) throw new EnvironmentFault(`${study.file} lies outside this workspace`, 'open its folder first');
  await workOff(parts, study, path.join(runsFolder(folder), studyFolderName(study.name)), settings(folder.uri), place);
}

/** Takes up the runs of a study that have not finished, where they ran; the study's file need not be there any more. */
export async function resumeRuns(parts: TrainingParts, { name, folder: out, entries }: StudyRuns): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(out)) ?? vscode.workspace.workspaceFolders?.[0];
  const isAsked = latestUnfinished(entries.map(({ record }) => record))?.asked?.on === 'slurm';
  await workOff(parts, { name }, out, settings(folder?.uri), isAsked ? 'as before' : 'here');
}

async function workOff(
  parts: TrainingParts,
  { name, file }: { readonly name: string; readonly file?: string },
  out: string,
  { engine, threads, jobs, slurmOptions }: Pick<Settings, 'engine' | 'threads' | 'jobs' | 'slurmOptions'>,
  place: Place = 'here',
): Promise<void> {
  const { runs, log, program, logs, engines } = parts;
  const { ended } = await startStudy({
    study: file,
    out,
    engine,
    threads,
    jobs,
    program,
    logs,
    engines,
    ...(place !== 'here' && { slurm: slurmOptions, asBefore: place === 'as before' }),
  });
  log.info(
    `Started ${name}: ${file ?? 'what is left of it'} into ${out}, engine ${engine}, threads ${threads}, ${place !== 'here' ? 'on Slurm' : `jobs ${jobs || 'by the processors'}`}`,
  );
  let stopped = false;
  const options = { location: vscode.ProgressLocation.Notification, title: `BoundLens: ${name}`, cancellable: true };
  const end = await vscode.window.withProgress(options, async (progress, token) => {
    const here = () => runs.all().filter(({ studyFolder }) => studyFolder === out);
    token.onCancellationRequested(() => {
      stopped = true;
      progress.report({ message: vscode.l10n.t('stopping…') });
      runs.stop(here()).catch((error: unknown) => log.failure(error));
    });
    return following(runs, here, progress, () => stopped, ended);
  });
  await runs.refresh();
  conclude(end, name, out, parts, stopped);
}

/** Reports progress until the study has ended. */
async function following(
  runs: RunService,
  here: () => ReturnType<RunService['all']>,
  progress: vscode.Progress<{ message?: string; increment?: number }>,
  isStopped: () => boolean,
  ended: Promise<StudyEnd>,
): Promise<StudyEnd> {
  let shown = 0;
  const report = () => {
    if (isStopped()) return;
    const { done, total, fraction, secondsLeft } = overallProgress(here(), new Date());
    if (total === 0) return;
    const sofar = vscode.l10n.t('{0} of {1} runs', done, total);
    const left = secondsLeft === undefined ? '' : ` · ${vscode.l10n.t('{0} left', formatDuration(secondsLeft))}`;
    progress.report({ message: `${sofar}${left}`, increment: Math.max(0, 100 * fraction - shown) });
    shown = Math.max(shown, 100 * fraction);
  };
  const subscription = runs.onDidChange(report);
  void runs.expectRuns();
  try {
    return await ended;
  } finally {
    subscription.dispose();
  }
}

function conclude(end: StudyEnd, name: string, out: string, { runs, log, notices }: TrainingParts, cancelled: boolean): void {
  const entries = runs.all().filter(({ studyFolder }) => studyFolder === out);
  const finished = entries.filter(({ record }) => record.state === 'finished').length;
  const wasStopped = cancelled || (end.code !== 0 && entries.some(({ record }) => record.state === 'stopped'));
  const fault = faultOf(end, wasStopped);
  if (fault) {
    log.failure(fault);
    return;
  }
  const sentence = wasStopped
    ? vscode.l10n.t('{0}: {1} of {2} runs finished, the rest was stopped.', name, finished, entries.length)
    : vscode.l10n.t('{0}: {1} of {2} runs finished.', name, finished, entries.length);
  log.info(sentence);
  const [panel, report] = [vscode.l10n.t('Open Panel'), vscode.l10n.t('Open Report')];
  const actions = finished === 0 ? [] : wasStopped ? [panel] : [panel, report];
  void notices.tell('studyEnded', sentence, ...actions).then(choice => {
    const entry = entries[0];
    if (!choice || !entry) return;
    void vscode.commands.executeCommand(choice === panel ? 'boundlens.openPanel' : 'boundlens.openReport', { kind: 'run', entry });
  });
}
