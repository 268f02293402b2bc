import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { settings } from '../../src/editor/settings';
import { eventually, hintTexts, lensTitles, showUnsaved, withSetting, workspaceFile } from './support';

/** What stands over every definition, whatever is known of it. */
const LINE = [
  /^[\d?][\d,.]*( [kM])? ?parameters$/,
  /^Transferability: /,
  /^Bound: /,
  /^(Pre-train|Stop \d+ runs?)$/,
  /^Fine-tune$/,
  /^Compare$/,
  /^Panel$/,
];

const extension = () => vscode.extensions.getExtension('boundlens.boundlens')!;
const sample = () => workspaceFile('models/mae.py');
const hints = () => hintTexts(sample());
const some = (titles: ReadonlyMap<number, readonly string[]>) => titles.size > 0;
const none = (titles: ReadonlyMap<number, readonly string[]>) => titles.size === 0;

async function openSample(): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(sample());
  await vscode.window.showTextDocument(document);
  if (document.isDirty) await vscode.commands.executeCommand('workbench.action.files.revert');
  await eventually(() => lensTitles(sample()), some, 'the first lens');
  return document;
}

async function edit(document: vscode.TextDocument, change: (edit: vscode.WorkspaceEdit) => void): Promise<void> {
  const workspaceEdit = new vscode.WorkspaceEdit();
  change(workspaceEdit);
  assert.ok(await vscode.workspace.applyEdit(workspaceEdit));
  assert.ok(document.isDirty);
}

describe('the extension', () => {
  before(() => extension().activate());
  afterEach(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  it('registers every command that it contributes, and none that it does not', async () => {
    const manifest = extension().packageJSON as { contributes: { commands: { command: string; category?: string; icon?: string }[] } };
    const contributed = manifest.contributes.commands;
    const registered = (await vscode.commands.getCommands(true)).filter(name => /^boundlens\.(?!runs\.)\w+$/.test(name));
    assert.deepEqual(registered.sort(), contributed.map(({ command }) => command).sort());
    for (const { command, category, icon } of contributed)
      assert.ok(category === 'BoundLens' && icon, `${command} needs category and icon`);
  });

  it('puts size, transferability, bound and actions over each definition, and nothing else', async () => {
    const document = await openSample();
    for (const [line, titles] of await lensTitles(sample())) {
      assert.match(document.lineAt(line).text, /^class \w+|nn\.Sequential\(/);
      assert.equal(titles.length, LINE.length, titles.join(' | '));
      titles.forEach((title, index) => assert.match(title, LINE[index]!));
    }
  });

  it('explains a definition: its layers with exact counts, and its bound', async () => {
    const document = await openSample();
    const line = document
      .getText()
      .split('\n')
      .findIndex(text => text.startsWith('class MaskedAutoencoder'));
    await vscode.commands.executeCommand('boundlens.explain', { file: sample().fsPath, name: 'MaskedAutoencoder' });
    await eventually(
      () => vscode.window.activeTextEditor?.selection.active.line,
      at => at === line,
      'the cursor at the class',
    );
    const hover = async () => {
      const found = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        sample(),
        new vscode.Position(line, 0),
      );
      return found.flatMap(({ contents }) => contents.map(content => (content as vscode.MarkdownString).value)).join('\n');
    };
    const text = await eventually(hover, found => found.includes('76,305 parameters'), 'the hover');
    assert.match(text, /\| patch\\_embed \| `nn\.Linear` \| 16×49 → 16×48 \| `weight` 48×49, `bias` 48 \| 2,400 \| 3\.1 % \|/);
    assert.match(text, /Bound D4/);
  });

  it('keeps its lenses while a change is being read: never an empty answer in between', async () => {
    const document = await openSample();
    const before = await lensTitles(sample());
    for (let keystroke = 0; keystroke < 5; keystroke++) {
      await edit(document, change => change.insert(sample(), new vscode.Position(0, 0), '#\n'));
      const now = await lensTitles(sample());
      assert.deepEqual(
        [...now.keys()],
        [...before.keys()].map(line => line + keystroke + 1),
        'the lenses move with their lines at once',
      );
    }
  });

  it('shows hints at layers; an edit changes them and undo brings them back', async () => {
    const document = await openSample();
    const first = await eventually(hints, ({ length }) => length > 3, 'hints');
    for (const [, text] of first) assert.match(text, /^ (→ [\w×?·]+ · )?(\?|[\d.,]+( [kM])?)( · |$)/);
    const line = document
      .getText()
      .split('\n')
      .findIndex(text => /self\.\w+ = nn\.Linear\(/.test(text));
    const at = document.lineAt(line).text.indexOf('nn.Linear(') + 'nn.Linear('.length;
    await edit(document, change => change.insert(sample(), new vscode.Position(line, at), '3 + '));
    await eventually(hints, found => JSON.stringify(found) !== JSON.stringify(first), 'changed hints');
    await vscode.commands.executeCommand('undo');
    await eventually(hints, found => JSON.stringify(found) === JSON.stringify(first), 'the hints as before');
  });

  it('explains the bound over the header of a definition', async () => {
    await openSample();
    const [line] = (await lensTitles(sample())).keys();
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      sample(),
      new vscode.Position(line!, 8),
    );
    const text = hovers.flatMap(hover => hover.contents.map(content => (content as vscode.MarkdownString).value)).join('\n');
    assert.match(text, /\*\*Bound \w+\*\* on the /);
    assert.match(text, /\*estimated\*/);
  });

  it('shows nothing in a file that defines no model', async () => {
    const { document } = await showUnsaved('import torch\n\nclass Config:\n    width = 48\n');
    // The sample's lenses come after: the worker answers in order, so this file has been read by then.
    await openSample();
    assert.ok(none(await lensTitles(document.uri)));
    assert.deepEqual(await hintTexts(document.uri), []);
    // What is closed after the test is this one.
    await vscode.window.showTextDocument(document);
  });

  it('is silent with the master switch off, and back when it is on', async () => {
    await openSample();
    await withSetting('enabled', false, async () => {
      await eventually(() => lensTitles(sample()), none, 'no lens');
      await eventually(hints, ({ length }) => length === 0, 'no hint');
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        sample(),
        new vscode.Position(0, 0),
      );
      assert.deepEqual(hovers, []);
    });
    await eventually(() => lensTitles(sample()), some, 'lenses again');
  });

  it('switches lenses and hints off each on its own', async () => {
    await openSample();
    await withSetting('codeLens', false, async () => {
      await eventually(() => lensTitles(sample()), none, 'no lens');
      await eventually(hints, ({ length }) => length > 0, 'hints');
    });
    await withSetting('inlayHints', false, async () => {
      await eventually(hints, ({ length }) => length === 0, 'no hint');
      await eventually(() => lensTitles(sample()), some, 'lenses');
    });
  });

  it('toggles by command', async () => {
    await vscode.commands.executeCommand('boundlens.toggle');
    assert.equal(settings().enabled, false);
    await vscode.commands.executeCommand('boundlens.toggle');
    assert.equal(settings().enabled, true);
  });

  it('estimates for the number of unlabelled images in the settings', async () => {
    await openSample();
    await withSetting('unlabelledImages', 1_234, async () => {
      const hover = async () => {
        const [line = 0] = (await lensTitles(sample())).keys();
        const found = await vscode.commands.executeCommand<vscode.Hover[]>(
          'vscode.executeHoverProvider',
          sample(),
          new vscode.Position(line, 8),
        );
        return found.flatMap(({ contents }) => contents.map(content => (content as vscode.MarkdownString).value)).join('\n');
      };
      await eventually(hover, text => text.includes('`N` = 1,234'), 'the estimate at N = 1,234');
    });
  });

  it('looks imports up in the folders that a setting names', async () => {
    const packages = vscode.Uri.joinPath(workspaceFile(''), 'packages/blocks/__init__.py');
    const source = 'import torch.nn as nn\n\nclass Wide(nn.Linear):\n    def __init__(self):\n        super().__init__(7, 11)\n';
    await vscode.workspace.fs.writeFile(packages, new TextEncoder().encode(source));
    const user = workspaceFile('models/user.py');
    const text =
      'from torch import nn\nfrom blocks import Wide\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.wide = Wide()\n';
    await vscode.workspace.fs.writeFile(user, new TextEncoder().encode(text));
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(user));
    const says = (size: string) => (titles: ReadonlyMap<number, readonly string[]>) =>
      [...titles.values()].flat().some(title => title.startsWith(size));
    await eventually(() => lensTitles(user), says('? parameters'), 'an import that is not found');
    await withSetting('importFolders', ['packages'], async () => {
      await eventually(() => lensTitles(user), says('88 parameters'), 'the count behind the import');
    });
    for (const name of ['packages', 'models/user.py']) await vscode.workspace.fs.delete(workspaceFile(name), { recursive: true });
  });

  it('takes a setting of the wrong kind as not set', async () => {
    for (const [name, value, key, otherwise] of [
      ['unlabelledImages', 'many', 'unlabelledImages', 10_000],
      ['jobs', -3, 'jobs', 0],
      ['runsFolder', '  ', 'runsFolder', '.boundlens/runs'],
      ['engine', 'quantum', 'engine', 'auto'],
    ] as const)
      await withSetting(name, value, () => {
        assert.equal(settings(sample())[key], otherwise, name);
        return Promise.resolve();
      });
  });
});
