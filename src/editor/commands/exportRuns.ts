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
  const items = studies.map(({ name, folder, entries }) => ({
    label: name,
    description: vscode.l10n.t('{0} runs', entries.length),
    folder,
  }));
  const chosen =
    items.find(({ folder }) => folder === named) ??
    (items.length < 2
      ? items[0]
      : await pickRemembering(parts.memory, 'exported', items, {
          title: vscode.l10n.t('Export'),
          placeHolder: vscode.l10n.t('Which study?'),
        }));
  if (!chosen) return;
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Export {0}', chosen.label),
      openLabel: vscode.l10n.t('Export Here'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (!folder) return;
  const { files } = JSON.parse(
    await measured(parts, vscode.l10n.t('exporting'), ['runs', 'export', chosen.folder, '--out', folder.fsPath, '--json']),
  ) as {
    readonly files: readonly string[];
  };
  const choice = await parts.notices.tell(
    'exported',
    vscode.l10n.t('{0}: {1} files in {2}.', chosen.label, files.length, folder.fsPath),
    vscode.l10n.t('Reveal'),
  );
  if (choice && files[0]) await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(files[0]));
}
