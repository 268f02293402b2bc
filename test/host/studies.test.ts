import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { eventually, lensTitles, workspaceFile } from './support';

describe('study files', () => {
  const file = () => workspaceFile('checked.study.json');

  before(async () => {
    await vscode.extensions.getExtension('boundlens.boundlens')?.activate();
    const sample = await readFile(workspaceFile('fashion.study.json').fsPath, 'utf8');
    const own = sample.replace(/^.*"\$schema".*\n/m, '');
    await writeFile(file().fsPath, own.replace('models/mae.py', 'models/nothing.py').replace('"patch": 7', '"patch": 7, "patches": 7'));
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(file().fsPath, { force: true });
  });

  const problems = () => vscode.languages.getDiagnostics(file()).filter(({ source }) => source === 'BoundLens');

  it('have lenses to run, to sweep and to open the panel', async () => {
    await vscode.window.showTextDocument(file());
    const titles = await eventually(
      () => lensTitles(file()),
      found => found.size > 0,
      'the lenses',
    );
    assert.deepEqual([...titles.values()], [['Pre-train 12 runs', 'Sweep Regulariser…', 'Panel']]);
  });

  it('say what is wrong where it stands, and stop saying it when it is mended', async () => {
    const { document } = await vscode.window.showTextDocument(file());
    const [unknown] = await eventually(problems, found => found.length > 0, 'the misspelt key');
    assert.equal(document.getText(unknown!.range), '"patches"');
    const edit = new vscode.WorkspaceEdit();
    const at = document.getText().indexOf(', "patches": 7');
    edit.delete(file(), new vscode.Range(document.positionAt(at), document.positionAt(at + ', "patches": 7'.length)));
    assert.ok(await vscode.workspace.applyEdit(edit));
    const missing = await eventually(
      () => problems().find(({ message }) => message.includes('does not exist')),
      found => found !== undefined,
      'the file that is not there',
    );
    assert.match(document.getText(missing!.range), /models\/nothing\.py/);
    await vscode.commands.executeCommand('workbench.action.files.save');
  });

  it('complete their keys from the schema', async () => {
    const { document } = await vscode.window.showTextDocument(file());
    const at = document.getText().indexOf('"holdOut"');
    const offered = await eventually(
      () => vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', file(), document.positionAt(at)),
      ({ items }) => items.some(({ label }) => /unlabelledPool|resize|channels/.test(typeof label === 'string' ? label : label.label)),
      'keys of data',
    );
    assert.ok(offered.items.length > 0);
  });
});
