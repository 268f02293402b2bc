import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { eventually, hintTexts, lensTitles, workspaceFile } from './support';

describe('commands', () => {
  before(() => vscode.extensions.getExtension('boundlens.boundlens')?.activate());
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('tasks: one for each study, and the one that tasks.json names', async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: 'boundlens' });
    const sample = tasks.find(({ definition }) => definition['study'] === 'fashion.study.json');
    assert.equal(sample?.name, 'pre-train Fashion: T-shirt or coat');
    const { args } = sample.execution as vscode.ProcessExecution;
    assert.deepEqual(args.slice(1, 4), ['run', workspaceFile('fashion.study.json').fsPath, '--out']);
  });

  it('a new study trains the definition at the cursor with the data of a study that is there', async () => {
    const file = workspaceFile('models/mlp.py');
    const written = workspaceFile('Convolutional.study.json');
    try {
      await vscode.commands.executeCommand('boundlens.newStudy', { file: file.fsPath, name: 'Convolutional' });
      const text = vscode.window.activeTextEditor?.document.getText() ?? '';
      assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, written.fsPath);
      assert.match(text, /"definition": "models\/mlp\.py#Convolutional"/);
      assert.match(text, /"images": "fashion-mnist\/train-10k-images-idx3-ubyte\.gz"/);
    } finally {
      await rm(written.fsPath, { force: true });
    }
  });

  it('an attached checkpoint puts measured norms into lens and hints until it is detached', async () => {
    const extension = vscode.extensions.getExtension('boundlens.boundlens')!.extensionPath;
    // A layer a line: behind a long line there is no room for its norm.
    const text = await readFile(`${extension}/test/fixtures/checkpoints/definitions/mlp.py`, 'utf8');
    const source = workspaceFile('checkpoint.py');
    await writeFile(source.fsPath, text.replaceAll(', nn.', ',\n            nn.'));
    await vscode.window.showTextDocument(source);
    const flat = async () => [...(await lensTitles(source)).values()].flat();
    const [title = ''] = await eventually(flat, found => found.length > 0, 'the lens');
    assert.match(title, /parameters/);
    const name = /class (\w+)/.exec((await vscode.workspace.openTextDocument(source)).getText())![1]!;
    const checkpoint = `${extension}/test/fixtures/checkpoints/mlp/model.safetensors`;
    await vscode.commands.executeCommand('boundlens.attachCheckpoint', { file: source.fsPath, name, checkpoint });
    await eventually(flat, found => found.some(one => /^Bound: .* · model\.safetensors/.test(one)), 'the checkpoint');
    await eventually(
      () => hintTexts(source),
      hints => hints.some(([, text]) => / σ [\d.]+(–[\d.]+)? · /.test(text)),
      'measured norms',
    );
    await rm(source.fsPath);
  });

  it('tells when there is nothing to compare, fine-tune or resume, and starts nothing', async () => {
    await vscode.window.showTextDocument(workspaceFile('models/mlp.py'));
    // Without a finished run this shows a message with a button and waits for neither.
    void vscode.commands.executeCommand('boundlens.compareRuns');
    await vscode.commands.executeCommand('boundlens.resume');
    assert.deepEqual(vscode.tasks.taskExecutions.length, 0);
  });
});
