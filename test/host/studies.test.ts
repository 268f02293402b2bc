import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { eventually, lensTitles, workspaceFile } from './support';

describe('study files', () => {
  const file = () => workspaceFile('checked.study.json');

  before(async () => {
    await vscode.extensions.getExtension('boundlens.boundlens')?.activate();
    const sample = await readFile(workspaceFile('fashion.study.json').fsPath, 'utf8');
    await writeFile(file().fsPath, sample.replace('models/mae.py', 'models/nothing.py').replace('"patch": 7', '"patch": 7, "patches": 7'));
  });
  afterEach(() => vscode.commands.executeCommand('workbench.action.files.revert'));
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

  const mistakes: readonly (readonly [what: string, old: string, text: string, ours: readonly RegExp[]])[] = [
    ['a misspelt key', '"patch": 7', '"pach": 7', [/pach is not a key/]],
    ['a number out of range', '"patch": 7', '"patch": -7', [/encoder\.patch is -7/]],
    ['a text for a number', '"patch": 7', '"patch": "seven"', [/encoder\.patch is "seven"/]],
    ['an unknown kind', '"kind": "vit"', '"kind": "vat"', [/encoder\.kind is "vat"/]],
    ['a key that stands twice', '"patch": 7', '"patch": 7, "patch": 7', []],
    ['a missing comma', '"patch": 7,', '"patch": 7', []],
  ];
  for (const [what, old, text, ours] of mistakes)
    it(`have ${what} listed once`, async () => {
      const sample = await readFile(workspaceFile('fashion.study.json').fsPath, 'utf8');
      assert.ok(sample.includes(old), old);
      await writeFile(file().fsPath, sample.replace('"holdOut"', '"holdsOut"'));
      const { document } = await vscode.window.showTextDocument(file());
      await eventually(problems, found => found.some(({ message }) => message.includes('holdsOut')), 'the mistake before');
      const edit = new vscode.WorkspaceEdit();
      // VS Code warns of a trailing comma, and says at the same time whatever it has to say of the text.
      edit.replace(file(), new vscode.Range(0, 0, document.lineCount, 0), sample.replace(/\}\s*$/, ',}').replace(old, text));
      await vscode.workspace.applyEdit(edit);
      const said = () => vscode.languages.getDiagnostics(file());
      const isComma = ({ message }: vscode.Diagnostic) => message === 'Trailing comma';
      await eventually(said, found => found.some(isComma) && !found.some(({ message }) => message.includes('holdsOut')), 'both answers');
      const fromUs = problems().map(({ message }) => message);
      assert.ok(fromUs.length === ours.length && ours.every((pattern, place) => pattern.test(fromUs[place]!)), fromUs.join(' | '));
      const others = said().filter(one => !isComma(one) && one.source !== 'BoundLens');
      assert.equal(others.length > 0, ours.length === 0, others.map(({ message }) => message).join(' | '));
    });
});
