import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { isAlive } from '../../src/runs/processIdentity';
import { RunStore } from '../../src/runs/store';
import { eventually, lensTitles, removeRuns, workspaceFile } from './support';

/** The sample study, small: one arm, one seed. */
async function writeStudy(name: string, steps: number): Promise<vscode.Uri> {
  const sample = await readFile(workspaceFile('fashion.study.json').fsPath, 'utf8');
  const small = sample
    .replace(/"name": "Fashion[^"]*"/, `"name": "${name}"`)
    .replace(/"steps": \d+/, `"steps": ${steps}`)
    .replace(/"warmup": \d+/, '"warmup": 0')
    .replace(/"modes": \[[^\]]*\]/, '"modes": ["probe"]')
    .replace(/"sweep": \{[\s\S]*\}\s*\}\s*$/, '"sweep": { "arms": [{ "name": "plain" }], "seeds": [0] } }');
  const uri = workspaceFile(`${name}.study.json`);
  await writeFile(uri.fsPath, small);
  return uri;
}

describe('pre-training from the editor', () => {
  const studies = ['small', 'long', 'wrong'];
  const runs = (study: string) => new RunStore(workspaceFile(`.boundlens/runs/${study}`).fsPath);
  const states = async (study: string) => (await runs(study).list()).map(({ record }) => record.state);

  before(() => vscode.extensions.getExtension('boundlens.boundlens')?.activate());

  after(async () => {
    for (const name of studies) {
      await rm(workspaceFile(`${name}.study.json`).fsPath, { force: true });
      await removeRuns(name);
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('runs a study in processes of its own and puts its numbers over the definition', async () => {
    const study = await writeStudy('small', 5);
    await vscode.commands.executeCommand('boundlens.preTrain', study);
    assert.deepEqual(await states('small'), ['finished']);
    const definition = workspaceFile('models/mae.py');
    await vscode.window.showTextDocument(definition);
    const flat = async () => [...(await lensTitles(definition)).values()].flat();
    for (const pattern of [/^Transferability: certified .* · plain$/, /^Bound: .* = \w+ [\d.]+ \+ /])
      await eventually(flat, found => found.some(title => pattern.test(title)), `the run over its definition: ${String(pattern)}`);
  });

  it('stops on command, keeps the record, and leaves no process behind', async () => {
    const study = await writeStudy('long', 1_000_000);
    const ended = vscode.commands.executeCommand('boundlens.preTrain', study);
    await eventually(
      () => states('long'),
      ([state]) => state === 'running',
      'the run',
    );
    const trainer = (
      await eventually(
        () => runs('long').list(),
        ([run]) => run?.record.process !== undefined,
        'the trainer',
      )
    )[0]!.record.process!;
    await vscode.commands.executeCommand('boundlens.refreshRuns');
    await vscode.commands.executeCommand('boundlens.stop');
    await ended;
    assert.deepEqual(await states('long'), ['stopped']);
    assert.equal(await isAlive(trainer), false);
  });

  it('starts nothing for a study with a mistake', async () => {
    const study = await writeStudy('wrong', 5);
    const text = await readFile(study.fsPath, 'utf8');
    await writeFile(study.fsPath, text.replace('"regulariser": { "kind": "none" }', '"regulariser": { "kind": "l2", "lambda": -1 }'));
    await vscode.commands.executeCommand('boundlens.preTrain', study);
    assert.deepEqual(await states('wrong'), []);
  });
});
