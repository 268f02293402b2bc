import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { fileFault } from '../common/fault';
import type { ExportedFile, ExportFormat } from '../reporting/panelMessages';

const KINDS: Readonly<Record<ExportFormat | 'html', string>> = {
  svg: 'Vector graphic',
  png: 'Picture',
  csv: 'Comma-separated values',
  json: 'JSON',
  html: 'Report page',
};

/** Where the last file went: the next one is offered a place beside it. */
let lastFolder: vscode.Uri | undefined;

/** Asks where to save a file and writes it there. Throws a FileFault when the disk refuses; nothing happens when the question is left. */
export async function saveExport({
  format,
  name,
  content,
}: Omit<ExportedFile, 'format'> & { format: ExportFormat | 'html' }): Promise<void> {
  // The name comes from a page: never a path.
  const suggested = path.basename(name).replace(/[^\p{L}\p{N}._ -]/gu, '-');
  const folder = lastFolder ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const chosen = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export'),
    saveLabel: vscode.l10n.t('Export'),
    filters: { [KINDS[format]]: [format] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, suggested) }),
  });
  if (!chosen) return;
  lastFolder = vscode.Uri.joinPath(chosen, '..');
  const bytes = Buffer.from(content, format === 'png' ? 'base64' : 'utf8');
  if (chosen.scheme === 'file')
    await writeFile(chosen.fsPath, bytes).catch((error: unknown) => {
      throw fileFault(chosen.fsPath, error);
    });
  else await vscode.workspace.fs.writeFile(chosen, bytes);
  void vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Exported {0}', path.basename(chosen.path)), 5000);
}
