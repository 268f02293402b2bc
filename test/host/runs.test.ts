import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { RunService } from '../../src/editor/runService';
import { RunTree } from '../../src/editor/runTree';
import { RunWatcher } from '../../src/editor/runWatcher';
import { Log } from '../../src/editor/log';
import { ownIdentity } from '../../src/runs/processIdentity';
import { RunFolder } from '../../src/runs/runFolder';
import { record, report, results, term } from '../unit/editor/builders';
import { eventually, lensTitles, removeRuns, workspaceFile } from './support';

const root = () => workspaceFile('.boundlens/runs').fsPath;
const folder = (id: string) => new RunFolder(workspaceFile(`.boundlens/runs/${id}`).fsPath);

describe('runs in the editor', () => {
  let definition: { file: string; name: string };

  before(async () => {
    await vscode.extensions.getExtension('boundlens.boundlens')?.activate();
    definition = { file: workspaceFile('models/mae.py').fsPath, name: 'MaskedAutoencoder' };
    const bound = report('D1', 0.62, { terms: [term('transfer', 0.5), term('complexity', 0.12)], evidence: 'measured' });
    await folder('fixture/a').create(record({ definition, study: 'fixture', results: results([report('F2', 0.174), bound]) }));
    await folder('fixture/b').create(record({ study: 'fixture', arm: 'L2', state: 'failed', fault: 'The disk is full: free some space.' }));
    const progress = { phase: 'pre-training', fraction: 0.25, step: 1, steps: 4, secondsLeft: 30 };
    await folder('other/c').create(
      record({ study: 'other', state: 'running', endedAt: undefined, process: await ownIdentity(), progress }),
    );
    await vscode.commands.executeCommand('boundlens.refreshRuns');
  });

  after(async () => {
    await removeRuns();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('stand in the tree by study, with state, progress and what can be done', async () => {
    const log = new Log('BoundLens, watching under test');
    const watcher = new RunWatcher({ roots: () => [{ folder: root(), name: '' }], mayWrite: () => false, warn: log.warn });
    const runs = new RunService(watcher, log);
    const tree = new RunTree(runs);
    try {
      await runs.refresh();
      const text = ({ label, description, contextValue, iconPath }: vscode.TreeItem) =>
        [label as string, description as string, contextValue, (iconPath as vscode.ThemeIcon).id]
          .join(' | ')
          .replace(/\d+ \w+ ago|just now/, 'days ago')
          .replace(/0 of 1 · .* left/, '0 of 1 · time left');
      const shown = tree.getChildren().map(study => [study, ...tree.getChildren(study)].map(node => text(tree.getTreeItem(node))));
      assert.deepEqual(shown.sort(), [
        [
          'fixture | 2 runs | study.ended | beaker',
          'RadReg · seed 0 | certified error ≤ .174 · days ago | run.ended | pass',
          'L2 · seed 0 | failed · days ago | run.resumable | error',
        ],
        ['other | 0 of 1 · time left | study.active | beaker', 'RadReg · seed 0 | pre-training 25 % · 30 s left | run.active | sync~spin'],
      ]);
    } finally {
      tree.dispose();
      runs.dispose();
      log.dispose();
    }
  });

  it('put their certificate and terms over the definition', async () => {
    const uri = vscode.Uri.file(definition.file);
    await vscode.window.showTextDocument(uri);
    const flat = async () => [...(await lensTitles(uri)).values()].flat();
    const titles = await eventually(flat, found => found.some(title => title.includes('certified')), 'the certificate');
    assert.ok(
      titles.some(title => /^Transferability: certified ≤ \.174 \(test \.042\) · RadReg$/.test(title)),
      titles.join('\n'),
    );
    assert.ok(titles.includes('Bound: measured .620 = transfer .50 + …'), titles.join('\n'));
  });

  it('open in one panel, however often it is asked for', async () => {
    await vscode.commands.executeCommand('boundlens.openPanel', definition);
    const tabs = () => vscode.window.tabGroups.all.flatMap(group => group.tabs).map(({ input }) => input);
    const isPanel = (input: unknown) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('boundlens.panel');
    await eventually(tabs, inputs => inputs.some(isPanel), 'the panel');
    await vscode.commands.executeCommand('boundlens.openPanel');
    assert.equal(tabs().filter(isPanel).length, 1);
  });
});
