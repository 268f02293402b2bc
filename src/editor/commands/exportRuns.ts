import * as vscode from 'vscode';
import { pickRemembering } from '../lastChoice';
import { byStudy } from '../runIndex';
import { measured } from './measure';
import { runsOf, subjectOf } from './subject';
import type { TrainingParts } from './runStudy';

/** *Export…*: the runs of a study as report page, JSON and CSV files in a folder that is asked for. */
export async function exportStudy(parts: TrainingParts, argument: unknown): Promise<void> {
  const studies = byStudy(parts.runs.all());
  const subject = subjectOf(argument);
  const named = subject.kind === 'node' ? runsOf(subject.node)[0]?.studyFolder : undefined;
  const items = studies.map(({ name, folder, entries }) => ({ label: name, description: `${entries.length} runs`, folder }));
  const chosen =
    items.find(({ folder }) => folder === named) ??
    (items.length < 2
      ? items[0]
      : await pickRemembering(parts.memory, 'exported', items, { title: 'Export', placeHolder: 'Which study?' }));
  if (!chosen) return;
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: `Export ${chosen.label}`,
      openLabel: 'Export Here',
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (!folder) return;
  const { files } = JSON.parse(await measured(parts, 'exporting', ['runs', 'export', chosen.folder, '--out', folder.fsPath, '--json'])) as {
    readonly files: readonly string[];
  };
  const choice = await parts.notices.tell('exported', `${chosen.label}: ${files.length} files in ${folder.fsPath}.`, 'Reveal');
  if (choice && files[0]) await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(files[0]));
}
