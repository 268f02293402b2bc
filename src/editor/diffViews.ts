import * as vscode from 'vscode';

/** Whether a document is in view only as a side of a comparison: there BoundLens shows nothing. */
export function isOnlyCompared({ uri }: vscode.TextDocument): boolean {
  const inputs = vscode.window.tabGroups.all.map(({ activeTab }) => activeTab?.input);
  const is = (other: vscode.Uri) => other.toString() === uri.toString();
  const compared = inputs.some(input => input instanceof vscode.TabInputTextDiff && (is(input.modified) || is(input.original)));
  return compared && !inputs.some(input => input instanceof vscode.TabInputText && is(input.uri));
}

/** Fires when what is in view changes. */
export const onDidChangeViews = (listener: () => void): vscode.Disposable =>
  vscode.Disposable.from(vscode.window.tabGroups.onDidChangeTabs(listener), vscode.window.tabGroups.onDidChangeTabGroups(listener));
