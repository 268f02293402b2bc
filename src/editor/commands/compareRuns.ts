import * as vscode from 'vscode';
import { summaryText } from '../../reporting/summaryText';
import { summarise } from '../../runs/summary/studySummary';
import { pickRemembering } from '../lastChoice';
import { belongsTo, byStudy, type StudyRuns } from '../runIndex';
import { runDescription, runLabel } from '../runText';
import type { TextPages } from '../textPages';
import { subjectOf } from './subject';
import type { TrainingParts } from './runStudy';

/** *Compare Runs…*: finished runs of a study side by side: accuracies, certificates, terms of the bound, and what follows from them. */
export async function compareRuns(
  { runs, memory }: Pick<TrainingParts, 'runs' | 'memory'>,
  pages: TextPages,
  argument: unknown,
): Promise<void> {
  const subject = subjectOf(argument);
  const studies = byStudy(runs.all())
    .map(study => ({ ...study, entries: study.entries.filter(({ record }) => record.state === 'finished') }))
    .filter(({ entries }) => entries.length > 0)
    .filter(({ entries }) => subject.kind !== 'definition' || entries.some(entry => belongsTo(entry, subject.place)));
  if (studies.length === 0) {
    const sentence =
      subject.kind === 'definition'
        ? vscode.l10n.t('No run of {0} has finished yet: there is nothing to compare.', subject.place.name)
        : vscode.l10n.t('No run has finished yet: there is nothing to compare.');
    const choice = await vscode.window.showInformationMessage(sentence, vscode.l10n.t('Pre-train…'));
    if (choice) await vscode.commands.executeCommand('boundlens.preTrain', argument);
    return;
  }
  const folder =
    subject.kind !== 'node' ? undefined : subject.node.kind === 'study' ? subject.node.study.folder : subject.node.entry.studyFolder;
  const study = studies.find(one => one.folder === folder) ?? (await pickStudyRuns(memory, studies));
  const entries = study && (await pickEntries(study));
  const summary = entries && summarise((await runs.read(entries)).map(({ record }) => record));
  if (summary) await pages.show(`Comparison: ${study.name}.txt`, summaryText(summary));
}

async function pickStudyRuns(memory: vscode.Memento, studies: readonly StudyRuns[]): Promise<StudyRuns | undefined> {
  if (studies.length === 1) return studies[0];
  const items = studies.map(study => ({ label: study.name, description: vscode.l10n.t('{0} finished runs', study.entries.length), study }));
  return (
    await pickRemembering(memory, 'comparedStudy', items, {
      title: vscode.l10n.t('Compare Runs'),
      placeHolder: vscode.l10n.t('Of which study?'),
    })
  )?.study;
}

async function pickEntries({ name, entries }: StudyRuns): Promise<StudyRuns['entries'] | undefined> {
  if (entries.length < 3) return entries;
  const items = entries.map(entry => ({ label: runLabel(entry), description: runDescription(entry, new Date()), picked: true, entry }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Compare {0}', name),
    placeHolder: vscode.l10n.t('Which runs?'),
    canPickMany: true,
  });
  return chosen && chosen.length > 0 ? chosen.map(({ entry }) => entry) : undefined;
}
