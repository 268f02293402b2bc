import * as vscode from 'vscode';
import { filterMessage } from '../runFilter';
import type { RunService } from '../runService';
import type { RunLine, RunTree } from '../runTree';

/** The Runs view with what can be filtered in it. */
export interface FilteredView {
  readonly tree: RunTree;
  readonly view: vscode.TreeView<RunLine>;
  readonly runs: RunService;
}

/** *Filter Runs…*: brings the runs into sight, asks for words and shows only the runs that have them, while they are typed; Escape goes back to what was there. */
export async function filterRuns(filtered: FilteredView): Promise<void> {
  await vscode.commands.executeCommand('boundlens.runs.focus');
  const before = filtered.tree.filter;
  const input = vscode.window.createInputBox();
  input.title = vscode.l10n.t('Filter Runs');
  input.placeholder = vscode.l10n.t('Words of study, arm, seed, state or regulariser, as “radreg failed”');
  input.value = before;
  await new Promise<void>(resolve => {
    let accepted = false;
    input.onDidChangeValue(value => setFilter(filtered, value));
    input.onDidAccept(() => {
      accepted = true;
      input.hide();
    });
    input.onDidHide(() => {
      if (!accepted) setFilter(filtered, before);
      input.dispose();
      resolve();
    });
    input.show();
  });
}

/** Shows the runs that have all these words; all runs for none. */
export function setFilter({ tree, view, runs }: FilteredView, words: string): void {
  tree.filter = words;
  view.message = filterMessage(words, tree.shown().length, runs.all().length);
  void vscode.commands.executeCommand('setContext', 'boundlens.runsFiltered', words.trim() !== '');
}
