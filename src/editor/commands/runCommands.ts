import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { FileFault } from '../../common/fault';
import type { PanelHost } from '../panelHost';
import { showReport } from '../reportView';
import type { RunEntry } from '../../reporting/runSummary';
import { byStudy, isActive, type StudyRuns } from '../runIndex';
import type { RunService } from '../runService';
import { runDescription, runLabel } from '../runText';
import { pickRun, runsOf, subjectOf } from './subject';

/** *Stop*: the runs of the line or definition it was called on; from the palette all of them, after a question when there are several. */
export async function stop(runs: RunService, argument: unknown): Promise<void> {
  const subject = subjectOf(argument);
  const active =
    subject.kind === 'node'
      ? runsOf(subject.node).filter(isActive)
      : subject.kind === 'definition'
        ? runs.activeOf(subject.place)
        : await pickActive(runs.active());
  if (active.length === 0) return;
  const title =
    active.length === 1 ? vscode.l10n.t('Stopping {0}', runLabel(active[0]!)) : vscode.l10n.t('Stopping {0} runs', active.length);
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => runs.stop(active));
}

async function pickActive(active: readonly RunEntry[]): Promise<readonly RunEntry[]> {
  if (active.length < 2) return active;
  const all = { label: vscode.l10n.t('All {0} runs', active.length), description: '', entries: active };
  const single = active.map(entry => ({ label: runLabel(entry), description: runDescription(entry, new Date()), entries: [entry] }));
  return (await vscode.window.showQuickPick([all, ...single], { placeHolder: vscode.l10n.t('Stop what?') }))?.entries ?? [];
}

/** *Open Panel*: on the study or run of a line, the latest study of a definition, or what was shown last. */
export function openPanel(panel: PanelHost, argument: unknown): void {
  const subject = subjectOf(argument);
  if (subject.kind === 'definition') panel.show({ place: subject.place });
  else if (subject.kind !== 'node') panel.show();
  else if (subject.node.kind === 'study') panel.show({ study: subject.node.study.name });
  else panel.show({ study: subject.node.entry.record.trial.study.name, run: subject.node.entry.id });
}

/** *Open Report*: the report page of a study. Throws a FileFault while the study has none. */
export async function openReport(runs: RunService, argument: unknown): Promise<void> {
  const subject = subjectOf(argument);
  const entry = subject.kind === 'node' ? runsOf(subject.node)[0] : await pickStudy(byStudy(runs.all()));
  if (!entry) return;
  const file = path.join(entry.studyFolder, 'report.html');
  const found = await stat(file).catch(() => undefined);
  if (!found) throw new FileFault(file, 'is not there yet', 'let the study finish');
  await showReport(file, entry.record.trial.study.name);
}

async function pickStudy(studies: readonly StudyRuns[]): Promise<RunEntry | undefined> {
  if (studies.length < 2) return studies[0]?.entries[0];
  const items = studies.map(({ name, entries }) => ({
    label: name,
    description: vscode.l10n.t('{0} runs', entries.length),
    entry: entries[0],
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('The report of which study?') }))?.entry;
}

/** *Delete Run…*: deletes a run that has ended, after a question that names it. */
export async function deleteRun(runs: RunService, argument: unknown): Promise<void> {
  const subject = subjectOf(argument);
  const entry =
    subject.kind === 'node' && subject.node.kind === 'run'
      ? subject.node.entry
      : await pickRun(
          runs.all().filter(candidate => !isActive(candidate)),
          vscode.l10n.t('Delete which run?'),
        );
  if (!entry) return;
  const question = vscode.l10n.t('Delete the run {0} of {1}?', runLabel(entry), entry.record.trial.study.name);
  const detail = vscode.l10n.t('Its record, curves and weights in {0} are deleted for good.', entry.folder);
  const remove = vscode.l10n.t('Delete');
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) === remove) await runs.remove(entry);
}

/** *Reveal Run Folder*: shows the folder of a run or study in the system's file browser. */
export async function revealRunFolder(runs: RunService, argument: unknown): Promise<void> {
  const subject = subjectOf(argument);
  const folder =
    subject.kind !== 'node'
      ? (await pickRun(runs.all(), vscode.l10n.t('Reveal the folder of which run?')))?.folder
      : subject.node.kind === 'run'
        ? subject.node.entry.folder
        : subject.node.study.folder;
  if (folder !== undefined) await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(folder));
}
