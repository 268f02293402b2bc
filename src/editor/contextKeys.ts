import * as vscode from 'vscode';
import type { DefinitionService } from './definitionService';
import type { RunsView } from './runService';

/** Keeps the keys that menus and enablement ask for: whether there are runs, whether one is active, whether the editor shows a definition. */
export function registerContextKeys(runs: RunsView, definitions: DefinitionService): vscode.Disposable {
  const current = new Map<string, boolean>();
  const set = (key: string, value: boolean) => {
    if (current.get(key) === value) return;
    current.set(key, value);
    void vscode.commands.executeCommand('setContext', `boundlens.${key}`, value);
  };
  const refreshRuns = () => {
    set('hasRuns', runs.all().length > 0);
    set('running', runs.active().length > 0);
  };
  const refreshEditor = () => {
    const document = vscode.window.activeTextEditor?.document;
    set('activeDefinition', document !== undefined && definitions.knows(document.uri));
  };
  refreshRuns();
  refreshEditor();
  return vscode.Disposable.from(
    runs.onDidChangeStates(refreshRuns),
    definitions.onDidChange(refreshEditor),
    vscode.window.onDidChangeActiveTextEditor(refreshEditor),
  );
}
