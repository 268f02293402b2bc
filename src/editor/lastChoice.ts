import * as vscode from 'vscode';

const PREFIX = 'boundlens.last.';

/** Asks for one of several, the one that was chosen last time first; what is chosen is remembered under `key` by its label. */
export async function pickRemembering<T extends vscode.QuickPickItem>(
  memory: vscode.Memento,
  key: string,
  items: readonly T[],
  options: vscode.QuickPickOptions,
): Promise<T | undefined> {
  const last = memory.get<string>(PREFIX + key);
  const sorted = [...items].sort((a, b) => Number(b.label === last) - Number(a.label === last));
  const chosen = await vscode.window.showQuickPick(sorted, { matchOnDescription: true, matchOnDetail: true, ...options });
  if (chosen) await memory.update(PREFIX + key, chosen.label);
  return chosen;
}

/** Asks for a text that begins as the one that was given last time, or as `initial`. */
export async function askRemembering(
  memory: vscode.Memento,
  key: string,
  initial: string,
  options: vscode.InputBoxOptions,
): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({ ignoreFocusOut: true, ...options, value: memory.get<string>(PREFIX + key) ?? initial });
  if (text !== undefined) await memory.update(PREFIX + key, text);
  return text;
}

/** Asks for a file, beginning in the folder of the one that was chosen last time. */
export async function openRemembering(
  memory: vscode.Memento,
  key: string,
  options: Omit<vscode.OpenDialogOptions, 'canSelectMany' | 'defaultUri'>,
): Promise<string | undefined> {
  const last = memory.get<string>(PREFIX + key);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const defaultUri = last === undefined ? folder : vscode.Uri.joinPath(vscode.Uri.file(last), '..');
  const [chosen] = (await vscode.window.showOpenDialog({ ...options, defaultUri })) ?? [];
  if (chosen) await memory.update(PREFIX + key, chosen.fsPath);
  return chosen?.fsPath;
}
