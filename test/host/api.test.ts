import assert from 'node:assert/strict';
import { copyFile, rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { BoundLensApi, BoundLensExports } from '../../src/api';
import { RunFolder } from '../../src/runs/runFolder';
import { record, report, results, term } from '../unit/editor/builders';
import { eventually, removeRuns, workspaceFile } from './support';

const TOOLS = ['boundlens_analyse_definition', 'boundlens_compare_runs', 'boundlens_read_report'];

/** What a language model would be told. */
async function ask(tool: string, input: object): Promise<string> {
  const { content } = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined });
  return content.map(part => (part as vscode.LanguageModelTextPart).value).join('');
}

describe('what other programs are told', () => {
  let api: BoundLensApi;
  let exports: BoundLensExports;
  let changes = 0;

  before(async () => {
    exports = (await vscode.extensions.getExtension<BoundLensExports>('boundlens.boundlens')?.activate())!;
    api = exports.getApi(1);
    const subscription = api.onDidChangeRuns(() => changes++);
    const bound = report('D1', 0.62, { terms: [term('transfer', 0.5), term('complexity', 0.12)], evidence: 'measured' });
    const folder = (id: string) => new RunFolder(workspaceFile(`.boundlens/runs/told/${id}`).fsPath);
    for (const [arm, seed, accuracy] of [
      ['RadReg', 0, 0.9],
      ['RadReg', 1, 0.91],
      ['plain', 0, 0.8],
      ['plain', 1, 0.79],
    ] as const) {
      const made = record({ study: 'told', arm, seed, results: results([report('F2', seed === 0 ? 0.3 : 0.2), bound], accuracy) });
      const regulariser = arm === 'plain' ? ({ kind: 'none' } as const) : made.trial.regulariser;
      await folder(`${arm}-${seed}`).create({ ...made, trial: { ...made.trial, regulariser } });
    }
    await folder('late').create(record({ study: 'told', arm: 'late', state: 'failed', fault: 'The disk is full: free some space.' }));
    await vscode.commands.executeCommand('boundlens.refreshRuns');
    subscription.dispose();
  });

  after(() => removeRuns());

  it('the API is of version 1 and no other', () => {
    assert.equal(api.version, 1);
    assert.throws(() => exports.getApi(2 as 1), /no API of version 2/);
  });

  it('the API reads definitions with sizes, layers and bound', async () => {
    const definitions = await api.analyse(workspaceFile('models/mae.py'));
    const found = definitions.find(({ name }) => name === 'MaskedAutoencoder')!;
    assert.deepEqual([found.framework, found.parameters, found.unknown, found.stale], ['pytorch', 76_305, [], false]);
    assert.equal(
      found.layers.reduce((sum, layer) => sum + (layer.parameters ?? NaN), 0),
      found.parameters,
      'each parameter belongs to one layer',
    );
    const shares = found.layers.reduce((sum, layer) => sum + (layer.capacityShare ?? NaN), 0);
    assert.ok(Math.abs(shares - 1) < 1e-9, `the shares of capacity sum to ${shares}`);
    assert.equal(found.bound?.evidence, 'estimated');
    assert.deepEqual(await api.analyse(workspaceFile('fashion.study.json')), []);
    await assert.rejects(api.analyse(workspaceFile('models/missing.py')));
  });

  it('the API tells of runs and of their changes', () => {
    const run = api.runs().find(({ id }) => id === 'told/RadReg-1')!;
    assert.deepEqual([run.study, run.arm, run.seed, run.state, run.progress], ['told', 'RadReg', 1, 'finished', 1]);
    assert.deepEqual(run.results?.testAccuracy, { probe: 0.91 });
    assert.deepEqual(
      run.results.reports.map(({ theorem, total }) => [theorem, total]),
      [
        ['F2', 0.2],
        ['D1', 0.62],
      ],
    );
    assert.equal(api.runs().find(({ id }) => id === 'told/late')?.fault, 'The disk is full: free some space.');
    assert.ok(changes > 0);
  });

  it('language models find the tools that the manifest describes, with strict schemas', () => {
    const offered = vscode.lm.tools.filter(({ name }) => name.startsWith('boundlens'));
    assert.deepEqual(offered.map(({ name }) => name).sort(), TOOLS);
    for (const { name, inputSchema } of offered)
      assert.equal((inputSchema as { additionalProperties?: unknown }).additionalProperties, false, name);
  });

  it('the tool for definitions tells what the editor shows, unsaved edits included', async () => {
    const file = workspaceFile('models/edited.py');
    await copyFile(workspaceFile('models/mae.py').fsPath, file.fsPath);
    const told = async () =>
      JSON.parse(await ask('boundlens_analyse_definition', { file: 'models/edited.py', name: 'MaskedAutoencoder' })) as {
        definitions: { parameters: number; bound: { vacuous: boolean } }[];
      };
    const [before] = (await told()).definitions;
    assert.deepEqual([before?.parameters, before?.bound.vacuous], [76_305, true]);
    const document = await vscode.workspace.openTextDocument(file);
    const line = document.getText().split('\n').indexOf('        width=48,');
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, document.lineAt(line).range, '        width=64,');
    await vscode.workspace.applyEdit(edit);
    await eventually(
      async () => (await told()).definitions[0]!.parameters,
      parameters => parameters > 76_305,
      'the size after the edit',
    );
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await rm(file.fsPath);
  });

  it('the tools for runs list, read and compare them', async () => {
    assert.match(await ask('boundlens_read_report', {}), /^study "told"\n {2}run "told\/\S+": \w+, seed \d, (finished|failed)$/m);
    assert.match(
      await ask('boundlens_read_report', { study: 'told' }),
      /Test accuracy in %.*plain .*79\.5.*RadReg .*90\.5.*Not in the numbers: .*failed \(The disk is full/s,
    );
    const run = JSON.parse(await ask('boundlens_read_report', { run: 'told/plain-0' })) as { arm: string };
    assert.equal(run.arm, 'plain');
    const runs = api.runs().flatMap(({ id, state }) => (state === 'finished' ? [id] : []));
    const compared = await ask('boundlens_compare_runs', { runs });
    assert.match(compared, /told\/RadReg-1 .*91(\.0)? %.*\.200 \(certified\).*\.620 \(measured\).*transfer \.500 \+ complexity \.120/);
    assert.match(compared, /^- Linear probe: no measurable difference between RadReg and plain \(\+11\.0 points/m);
  });

  for (const [what, tool, input, sentence] of [
    ['a file outside the workspace', 0, { file: '/etc/passwd' }, /is no file of this workspace/],
    ['a file that is not there', 0, { file: 'models/missing.py' }, /is no file of this workspace/],
    ['a definition that is not there', 0, { file: 'models/mae.py', name: 'Nothing' }, /no model "Nothing".*MaskedAutoencoder/],
    ['a field that is not in the schema', 0, { file: 'models/mae.py', run: true }, /run/],
    ['a run that is not there', 2, { run: 'nowhere/1' }, /no run "nowhere\/1".*told\//],
    ['a study that is not there', 2, { study: 'nowhere' }, /no study "nowhere".*told/],
    ['one run', 1, { runs: ['told/plain-0'] }, /runs|2/],
    ['a run without results', 1, { runs: ['told/plain-0', 'told/late'] }, /"told\/late" has no results \(failed\)/],
  ] as const)
    it(`the tools say what is wrong with ${what}`, async () => {
      await assert.rejects(ask(TOOLS[tool]!, input), sentence);
    });
});
