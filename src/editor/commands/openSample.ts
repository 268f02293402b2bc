import * as vscode from 'vscode';

/** *Open Sample Workspace*: copies the sample definitions, studies and data into a folder of the user's and opens it. */
export async function openSample(extension: vscode.Uri): Promise<void> {
  const [parent] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Open Sample Workspace'),
      openLabel: vscode.l10n.t('Copy It Here'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (!parent) return;
  const target = vscode.Uri.joinPath(parent, 'boundlens-sample');
  if (!(await exists(target))) await vscode.workspace.fs.copy(vscode.Uri.joinPath(extension, 'media', 'sample'), target);
  await vscode.commands.executeCommand('vscode.openFolder', target);
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
