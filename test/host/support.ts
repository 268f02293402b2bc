import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';

/** A file of the workspace copy under test. */
export function workspaceFile(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'the tests need a workspace folder');
  return vscode.Uri.file(path.join(folder.uri.fsPath, name));
}

let unsaved = 0;

/** Shows a new Python document that is not saved, under a name of its own: VS Code may give the text of a closed one back to the next of the same name. */
export async function showUnsaved(content: string): Promise<vscode.TextEditor> {
  const uri = vscode.Uri.from({ scheme: 'untitled', path: `unsaved-${++unsaved}.py` });
  const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  assert.ok(await editor.edit(edit => edit.insert(new vscode.Position(0, 0), content)), 'nothing was written');
  assert.equal(editor.document.getText(), content);
  return editor;
}

/** Asks again until the answer is as wanted, and returns it; fails with the last answer after 100 seconds. */
export async function eventually<T>(ask: () => T | PromiseLike<T>, wanted: (answer: T) => boolean, what: string): Promise<T> {
  const end = Date.now() + 100_000;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > end) assert.fail(`${what} did not come; last seen: ${JSON.stringify(answer instanceof Map ? [...answer] : answer)}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** Deletes the runs of a study, or of all, although the extension may be writing its index beside them, and has it look again. */
export async function removeRuns(study = ''): Promise<void> {
  await rm(workspaceFile(path.join('.boundlens/runs', study)).fsPath, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  await vscode.commands.executeCommand('boundlens.refreshRuns');
}

/** The lens titles over each line, in the order in which they stand. */
export async function lensTitles(uri: vscode.Uri): Promise<ReadonlyMap<number, readonly string[]>> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 100);
  const titles = new Map<number, string[]>();
  for (const { range, command } of lenses) {
    const line = titles.get(range.start.line) ?? [];
    titles.set(range.start.line, line);
    line.push(command?.title ?? '');
  }
  return titles;
}

/** Texts of all hints of BoundLens in a file, by line. */
export async function hintTexts(uri: vscode.Uri): Promise<readonly (readonly [line: number, text: string])[]> {
  const whole = new vscode.Range(0, 0, 100_000, 0);
  const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>('vscode.executeInlayHintProvider', uri, whole);
  return hints.map(({ position, label }) => [position.line, typeof label === 'string' ? label : label.map(part => part.value).join('')]);
}

/** Changes a setting of the workspace for as long as `during` takes. */
export async function withSetting(name: string, value: unknown, during: () => Promise<void>): Promise<void> {
  const target = vscode.ConfigurationTarget.Workspace;
  await vscode.workspace.getConfiguration('boundlens').update(name, value, target);
  try {
    await during();
  } finally {
    await vscode.workspace.getConfiguration('boundlens').update(name, undefined, target);
  }
}
