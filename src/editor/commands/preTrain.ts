import * as vscode from 'vscode';
import { EnvironmentFault } from '../../common/fault';
import { glance, inOrder, names, type Place, type StudyGlance } from '../studyFiles';
import { requireTrust, runStudy, type Place as RunPlace, type TrainingParts } from './runStudy';
import { subjectOf } from './subject';

const LAST_STUDY = 'boundlens.lastStudy';
const MOST_STUDIES = 200;

/**
 * *Pre-train…* and *Pre-train on Slurm…*: ask which study, then run it in the background with its progress shown until it ends. In a cluster it goes on
 * when this machine does not.
 */
export async function preTrain(parts: TrainingParts, argument: unknown, where: RunPlace = 'here'): Promise<void> {
  requireTrust();
  const subject = subjectOf(argument);
  const study =
    subject.kind === 'file' && subject.uri.path.endsWith('.study.json')
      ? await readGlance(subject.uri)
      : await pickStudy(parts.memory, subject.kind === 'definition' ? subject.place : activeFile());
  if (!study) return;
  await parts.memory.update(LAST_STUDY, study.file);
  await runStudy(parts, study, where);
}

/** From the palette: studies of what the editor shows come first. */
export function activeFile(): Place | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === 'file' ? { file: uri.fsPath } : undefined;
}

/** Asks for a study of the workspace, those of a definition or file first. Throws an EnvironmentFault when there is none. */
export async function pickStudy(
  memory: vscode.Memento,
  place: Place | undefined,
  verb = vscode.l10n.t('Pre-train'),
): Promise<StudyGlance | undefined> {
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
      study.definition &&
        `${study.definition.name}${place?.name !== undefined && names(study, place) ? ` ${vscode.l10n.t('(this definition)')}` : ''}`,
      study.trials && vscode.l10n.t('{0} runs', study.trials),
    ]
      .filter(Boolean)
      .join(' · '),
    study,
  }));
  const title = place?.name === undefined ? verb : `${verb} ${place.name}`;
  return (
    await vscode.window.showQuickPick(items, {
      title,
      placeHolder: vscode.l10n.t('Which study?'),
      matchOnDescription: true,
      matchOnDetail: true,
    })
  )?.study;
}

/** Looks at a study file, saved first when it is open with changes. */
export async function readGlance(uri: vscode.Uri): Promise<StudyGlance> {
  const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
  if (open?.isDirty) await open.save();
  return glance(uri.fsPath, Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8'));
}
