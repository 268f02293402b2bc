import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { eventually, lensTitles, withSetting, workspaceFile } from './support';

const net = (width: number) => `from torch import nn


class Net(nn.Module):
    def __init__(self, width=${width}):
        super().__init__()
        self.fc = nn.Linear(8, width)
        self.out = nn.Linear(width, 3)

    def forward(self, x):
        return self.out(self.fc(x))
`;

const titles = async (uri: vscode.Uri) => [...(await lensTitles(uri)).values()].flat();
const boundIs = (pattern: RegExp) => (found: readonly string[]) => found.some(title => title.startsWith('Bound: ') && pattern.test(title));
const unchanged = (found: readonly string[]) => found.some(title => title.startsWith('Bound: ') && !/ vs |new since/.test(title));

/** An environment in which Git knows no repository but that of its folder, as it would in a hook, and nobody's own settings. */
const plainGit = () => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  GIT_CONFIG_GLOBAL: os.devNull,
  GIT_CONFIG_NOSYSTEM: '1',
});

describe('the change of a bound', () => {
  const folder = () => workspaceFile('repository').fsPath;
  const file = () => vscode.Uri.file(path.join(folder(), 'net.py'));
  const git = (...command: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...command], { cwd: folder(), env: plainGit() });
  let editor: vscode.TextEditor;

  before(async () => {
    await vscode.extensions.getExtension('boundlens.boundlens')?.activate();
    // The workbench of the tests starts without Git.
    await vscode.workspace.getConfiguration('git').update('enabled', true, vscode.ConfigurationTarget.Global);
    await mkdir(folder());
    git('init', '--quiet');
    await writeFile(file().fsPath, net(8));
    git('add', 'net.py');
    git('commit', '--quiet', '--message', 'Begin');
    // The Git extension finds repositories below the workspace when one of their files is opened.
    editor = await vscode.window.showTextDocument(file());
    await eventually(
      () => vscode.commands.getCommands(true),
      commands => commands.includes('git.openRepository'),
      'Git',
    );
    await vscode.commands.executeCommand('git.openRepository', folder());
  });

  afterEach(() => vscode.commands.executeCommand('workbench.action.files.revert'));

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.getConfiguration('git').update('enabled', undefined, vscode.ConfigurationTarget.Global);
    await rm(folder(), { recursive: true, force: true, maxRetries: 20 });
  });

  const widen = async (width: number) => {
    const { document } = editor;
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    await eventually(() => editor.edit(edit => edit.replace(whole, net(width))), Boolean, 'the edit');
  };

  it('is measured against the last commit, and gone when that is caught up with', async () => {
    await eventually(() => titles(file()), unchanged, 'the lens without a change');
    await widen(64);
    await eventually(() => titles(file()), boundIs(/ · complexity ×[\d.]+ vs HEAD$/), 'the change');
    await editor.document.save();
    git('commit', '--quiet', '--all', '--message', 'Widen');
    await vscode.commands.executeCommand('git.refresh');
    await eventually(() => titles(file()), unchanged, 'no change any more');
  });

  it('is measured against a pinned version until that is set free', async () => {
    await vscode.commands.executeCommand('boundlens.pinBaseline');
    await widen(128);
    await eventually(() => titles(file()), boundIs(/ · complexity ×[\d.]+ vs the pin$/), 'the change');
    await vscode.commands.executeCommand('boundlens.pinBaseline');
    await eventually(() => titles(file()), boundIs(/ vs HEAD$/), 'the change against the commit');
  });

  it('is measured against the last save, or not at all, where the settings say so', async () => {
    await widen(16);
    await withSetting('baseline', 'saved', async () => {
      await eventually(() => titles(file()), boundIs(/ · (complexity )?×0\.\d+ vs the last save$/), 'the change');
      await editor.document.save();
      await eventually(() => titles(file()), unchanged, 'no change after the save');
    });
    await withSetting('baseline', 'none', () => eventually(() => titles(file()), unchanged, 'no change').then(() => undefined));
  });

  it('BoundLens is silent in files that are left out, and where a file is only compared', async () => {
    await withSetting('exclude', ['**/net.py'], async () => {
      await eventually(
        () => titles(file()),
        found => found.length === 0,
        'no lens in a file that is left out',
      );
    });
    await eventually(
      () => titles(file()),
      found => found.length > 0,
      'the lenses again',
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('vscode.diff', workspaceFile('models/mlp.py'), file(), 'comparison');
    await eventually(
      () => titles(file()),
      found => found.length === 0,
      'no lens in a comparison',
    );
    assert.ok(vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff);
    editor = await vscode.window.showTextDocument(file());
    await eventually(
      () => titles(file()),
      found => found.length > 0,
      'the lenses in an editor',
    );
  });
});
