import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { eventually, lensTitles, workspaceFile } from './support';

const NET = `from torch import nn


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)
`;

const write = (name: string, text: string) => vscode.workspace.fs.writeFile(workspaceFile(name), new TextEncoder().encode(text));

const says =
  (...parts: readonly string[]) =>
  (titles: ReadonlyMap<number, readonly string[]>) =>
    parts.every(part => [...titles.values()].flat().some(title => title.includes(part)));

async function open(name: string, text: string): Promise<vscode.TextDocument> {
  await write(name, text);
  const document = await vscode.workspace.openTextDocument(workspaceFile(name));
  await vscode.window.showTextDocument(document);
  return document;
}

describe('where arguments come from', () => {
  const net = () => workspaceFile('models/net.py');

  before(() => vscode.extensions.getExtension('boundlens.boundlens')?.activate());
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of ['models/net.py', 'net.study.json', 'environment'])
      await vscode.workspace.fs.delete(workspaceFile(name), { recursive: true }).then(undefined, () => undefined);
  });

  it('a study of the workspace says them, saved or not, and no longer when it is gone', async () => {
    const document = await open('models/net.py', NET);
    await eventually(() => lensTitles(net()), says('? parameters', 'the argument `width` of Net has no…'), 'an unknown argument');
    await write('net.study.json', '{ "definition": "models/net.py#Net", "arguments": { "width": 10 } }');
    await eventually(() => lensTitles(net()), says('110 parameters'), 'the arguments of the study');

    const study = await vscode.workspace.openTextDocument(workspaceFile('net.study.json'));
    const edit = new vscode.WorkspaceEdit();
    edit.replace(
      study.uri,
      new vscode.Range(study.positionAt(study.getText().indexOf('10')), study.positionAt(study.getText().indexOf('10') + 2)),
      '20',
    );
    await vscode.workspace.applyEdit(edit);
    await eventually(() => lensTitles(net()), says('420 parameters'), 'the study as it is edited');

    await vscode.window.showTextDocument(study);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.window.showTextDocument(document);
    await vscode.workspace.fs.delete(study.uri);
    await eventually(() => lensTitles(net()), says('? parameters'), 'the unknown argument again');
  });

  it('imports are found in the environment that the extension for Python has selected, and follow its choice', async () => {
    const wide = (width: number) =>
      `from torch import nn\n\n\nclass Wide(nn.Linear):\n    def __init__(self):\n        super().__init__(${width}, ${width})\n`;
    await write('environment/one/lib/python3.12/site-packages/blocks.py', wide(2));
    await write('environment/two/lib/python3.12/site-packages/blocks.py', wide(3));
    await open(
      'models/net.py',
      NET.replace('\n\n', '\nfrom blocks import Wide\n\n').replace('(self, width)', '(self)').replace('nn.Linear(width, width)', 'Wide()'),
    );
    await eventually(() => lensTitles(net()), says('? parameters'), 'an import that is not found');
    const python = vscode.extensions.getExtension<{ select(path: string): void }>('ms-python.python');
    assert.ok(python?.isActive, 'the stand-in for the extension for Python');
    for (const [environment, size] of [
      ['one/bin/python', '6 parameters'],
      ['two', '12 parameters'],
    ] as const) {
      python.exports.select(workspaceFile(`environment/${environment}`).fsPath);
      await eventually(() => lensTitles(net()), says(size), `the packages of ${environment}`);
    }
    python.exports.select('python');
    await eventually(() => lensTitles(net()), says('? parameters'), 'no packages');
  });

  it('Set Arguments… writes them as a comment over the class, in one edit; the quick fix is the same', async () => {
    const document = await open('models/net.py', NET.replace('class', '@final\nclass'));
    await eventually(() => lensTitles(net()), says('Set arguments…'), 'the lens that asks for arguments');
    const header = new vscode.Position(5, 0);
    const actions = await eventually(
      () =>
        vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', net(), new vscode.Range(header, header)),
      found => found.some(({ title }) => title === 'Set arguments of Net…'),
      'the quick fix',
    );
    const { command } = actions.find(({ title }) => title === 'Set arguments of Net…')!;
    const before = document.getText();
    const asked = vscode.commands.executeCommand(command!.command, ...(command!.arguments as unknown[]));
    const isOver = Promise.resolve(asked).then(() => true);
    // The field may come late: it is accepted as it stands, and closed, until it has been there.
    while (!(await Promise.race([isOver, pause(500, false)]))) {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    }
    assert.equal(document.getText(), before, 'a blank is not accepted');

    for (const [call, size] of [
      ['Net(width=10)', '110 parameters'],
      ['Net(width=20)', '420 parameters'],
    ] as const) {
      await vscode.commands.executeCommand('boundlens.setArguments', { file: net().fsPath, name: 'Net', call });
      assert.equal(document.getText(), before.replace('@final', `# boundlens: ${call}\n@final`));
      await eventually(() => lensTitles(net()), says(size), call);
    }
    await vscode.commands.executeCommand('undo');
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await eventually(() => lensTitles(net()), says('Set arguments…'), 'the unknown argument again');
  });
});
