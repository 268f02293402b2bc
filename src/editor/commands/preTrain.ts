import * as path from 'node:path';
import * as vscode from 'vscode';
import { EnvironmentFault } from '../../common/fault';
import { formatDuration } from '../../common/format';
import { studyFolderName } from '../../studies/studyFolderName';
import type { Log } from '../log';
import type { RunService } from '../runService';
import { overallProgress } from '../runText';
import { runsFolder, settings } from '../settings';
import { glance, inOrder, names, type Place, type StudyGlance } from '../studyFiles';
import { faultOf, startStudy, type StudyEnd } from '../studyProcess';
import { subjectOf } from './subject';

const LAST_STUDY = 'boundlens.lastStudy';
const MOST_STUDIES = 200;

export interface PreTrainParts {
  readonly runs: RunService;
  readonly log: Log;
  /** Remembers the study that was chosen last. */
  readonly memory: vscode.Memento;
  /** Path of `dist/cli.js`. */
  readonly program: string;
  /** Folder for what study processes print. */
  readonly logs: string;
  /** Folder of engines that the user installed. */
  readonly engines: string;
}

/** *Pre-train…*: asks which study, then runs it in the background with its progress shown until it ends. */
export async function preTrain(parts: PreTrainParts, argument: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted)
    throw new EnvironmentFault('Training starts processes, which needs a trusted workspace', 'trust this workspace first');
  const subject = subjectOf(argument);
  const study =
    subject.kind === 'file' && subject.uri.path.endsWith('.study.json')
      ? await readGlance(subject.uri)
      : await pickStudy(parts.memory, subject.kind === 'definition' ? subject.place : activeFile());
  if (!study) return;
  await parts.memory.update(LAST_STUDY, study.file);
  await run(parts, study);
}

/** From the palette: studies of what the editor shows come first. */
function activeFile(): Place | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === 'file' ? { file: uri.fsPath } : undefined;
}

async function pickStudy(memory: vscode.Memento, place: Place | undefined): Promise<StudyGlance | undefined> {
  const files = await vscode.workspace.findFiles('**/*.study.json', '**/node_modules/**', MOST_STUDIES);
  const studies = inOrder(
    await Promise.all(files.filter(({ scheme }) => scheme === 'file').map(readGlance)),
    place,
    memory.get<string>(LAST_STUDY),
  );
  if (studies.length === 0)
    throw new EnvironmentFault(
      'This workspace holds no study',
      'write one into a file whose name ends in .study.json, or copy the sample study',
    );
  const items = studies.map(study => ({
    label: study.name,
    description: vscode.workspace.asRelativePath(study.file),
    detail: [
      study.definition && `${study.definition.name}${place?.name !== undefined && names(study, place) ? ' (this definition)' : ''}`,
      study.trials && `${study.trials} runs`,
    ]
      .filter(Boolean)
      .join(' · '),
    study,
  }));
  const title = place?.name === undefined ? 'Pre-train' : `Pre-train ${place.name}`;
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Which study?', matchOnDescription: true, matchOnDetail: true }))
    ?.study;
}

async function readGlance(uri: vscode.Uri): Promise<StudyGlance> {
  const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
  if (open?.isDirty) await open.save();
  return glance(uri.fsPath, Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8'));
}

async function run({ runs, log, program, logs, engines }: PreTrainParts, study: StudyGlance): Promise<void> {
  const uri = vscode.Uri.file(study.file);
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (!folder) throw new EnvironmentFault(`${study.file} lies outside this workspace`, 'open its folder first');
  const { engine, threads, jobs } = settings(folder.uri);
  const out = path.join(runsFolder(folder), studyFolderName(study.name));
  const { ended } = await startStudy({ study: study.file, out, engine, threads, jobs, program, logs, engines });
  log.info(`Started ${study.name}: ${study.file} into ${out}, engine ${engine}, threads ${threads}, jobs ${jobs || 'by the processors'}`);
  let stopped = false;
  const options = { location: vscode.ProgressLocation.Notification, title: `BoundLens: ${study.name}`, cancellable: true };
  const end = await vscode.window.withProgress(options, async (progress, token) => {
    const here = () => runs.all().filter(({ studyFolder }) => studyFolder === out);
    token.onCancellationRequested(() => {
      stopped = true;
      progress.report({ message: 'stopping…' });
      runs.stop(here()).catch((error: unknown) => log.failure(error));
    });
    return following(runs, here, progress, () => stopped, ended);
  });
  await runs.refresh();
  conclude(end, study, out, runs, log, stopped);
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
    const left = secondsLeft === undefined ? '' : ` · ${formatDuration(secondsLeft)} left`;
    progress.report({ message: `${done} of ${total} runs${left}`, increment: Math.max(0, 100 * fraction - shown) });
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

function conclude(end: StudyEnd, study: StudyGlance, out: string, runs: RunService, log: Log, cancelled: boolean): void {
  const entries = runs.all().filter(({ studyFolder }) => studyFolder === out);
  const finished = entries.filter(({ record }) => record.state === 'finished').length;
  const wasStopped = cancelled || (end.code !== 0 && entries.some(({ record }) => record.state === 'stopped'));
  const fault = faultOf(end, wasStopped);
  if (fault) {
    log.failure(fault);
    return;
  }
  const sentence = `${study.name}: ${finished} of ${entries.length} runs finished${wasStopped ? ', the rest was stopped' : ''}.`;
  log.info(sentence);
  void vscode.window
    .showInformationMessage(sentence, ...(finished > 0 ? ['Open Panel', ...(wasStopped ? [] : ['Open Report'])] : []))
    .then(choice => {
      const entry = entries[0];
      if (!choice || !entry) return;
      void vscode.commands.executeCommand(choice === 'Open Panel' ? 'boundlens.openPanel' : 'boundlens.openReport', { kind: 'run', entry });
    });
}
