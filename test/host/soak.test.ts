import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import { RunFolder } from '../../src/runs/runFolder';
import { RunStore } from '../../src/runs/store';
import { record, report, results } from '../unit/editor/builders';
import { writeSmallStudy } from '../ui/studies';
import { heldBytes, loggedErrors, unhandledRejections } from './hostHealth';
import { eventually, hintTexts, lensTitles, removeRuns, workspaceFile } from './support';

/** Rounds that are measured, and those before, in which everything that is kept once is made. */
const ROUNDS = Number(process.env['BOUNDLENS_ROUNDS'] ?? 8);
const WARM_UP = 4;
/** A study is really run in one round of so many: once before what is measured, and in it. */
const RUN_EVERY = 6;
/** More than the steps of its warm-up. */
const STEPS = 10;
/** How much more may be held after all rounds than after the warm-up. */
const MOST_GROWTH = 0.05;

/** A number of each sample definition, and another that somebody writes in its place. */
const EDITED = [
  ['models/mae.py', 'hidden=192', '96'],
  ['models/context_encoder.py', 'features=64', '32'],
  ['models/denoising.js', 'units: 256', '128'],
] as const;

const STUDY = 'Soak';

/** Takes a number away, which leaves what cannot be read, types another, sees the lenses follow, and takes all of it back. */
async function edit(name: string, old: string, number: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(workspaceFile(name));
  const editor = await vscode.window.showTextDocument(document);
  const original = await ask(document.uri);
  const end = document.getText().indexOf(old) + old.length;
  const start = end - /\d+$/.exec(old)![0].length;
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  assert.ok(await editor.edit(change => change.delete(range)));
  await ask(document.uri);
  for (const [place, digit] of number.split('').entries()) {
    assert.ok(await editor.edit(change => change.insert(document.positionAt(start + place), digit)));
    await ask(document.uri);
  }
  const sizes = async () => (await ask(document.uri)).filter(title => /parameters$/.test(title)).join('; ');
  const before = original.filter(title => /parameters$/.test(title)).join('; ');
  await eventually(sizes, now => now !== '' && now !== before, `another size than ${before}`);
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
}

/** Lenses, hints, hovers and what can be done about the first problem: all that the editor asks for. Returns the titles of the lenses. */
async function ask(uri: vscode.Uri): Promise<readonly string[]> {
  const titles = await eventually(
    () => lensTitles(uri),
    ({ size }) => size > 0,
    `lenses over ${uri.path}`,
  );
  for (const line of titles.keys()) await vscode.commands.executeCommand('vscode.executeHoverProvider', uri, new vscode.Position(line, 8));
  for (const [line] of (await hintTexts(uri)).slice(0, 5))
    await vscode.commands.executeCommand('vscode.executeHoverProvider', uri, new vscode.Position(line, 12));
  const [problem] = vscode.languages.getDiagnostics(uri);
  if (problem) await vscode.commands.executeCommand('vscode.executeCodeActionProvider', uri, problem.range);
  return [...titles.values()].flat();
}

/** A run appears on the disk, trains, ends and is deleted, while the panel is opened on its definition and closed again. */
async function changeRuns(round: number): Promise<void> {
  const definition = { file: workspaceFile('models/mae.py').fsPath, name: 'MaskedAutoencoder' };
  const folder = new RunFolder(workspaceFile(`.boundlens/runs/soak-${round}/a`).fsPath);
  await folder.create(record({ definition, study: `soak-${round}`, results: results([report('F2', 0.2)]) }));
  await vscode.commands.executeCommand('boundlens.refreshRuns');
  await vscode.commands.executeCommand('boundlens.openPanel', definition);
  const panels = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('boundlens.panel'));
  await eventually(panels, ({ length }) => length === 1, 'the panel');
  await removeRuns(`soak-${round}`);
  await vscode.window.tabGroups.close(panels());
  await eventually(panels, ({ length }) => length === 0, 'the end of the panel');
}

/** Runs a study of one short run to its end and deletes what it left. */
async function preTrain(): Promise<void> {
  const store = new RunStore(workspaceFile(`.boundlens/runs/${STUDY}`).fsPath);
  await vscode.commands.executeCommand('boundlens.preTrain', workspaceFile(`${STUDY.toLowerCase()}.study.json`));
  const states = (await store.list()).map(({ record: { state } }) => state);
  assert.deepEqual(states, ['finished'], 'the pre-training that was started has finished');
  await removeRuns(STUDY);
}

async function round(count: number): Promise<void> {
  for (const [name, old, number] of EDITED) await edit(name, old, number);
  await changeRuns(count);
  if (count % RUN_EVERY !== 0) return;
  await preTrain();
  await vscode.commands.executeCommand('notifications.clearAll');
}

describe('a soak of the extension host', () => {
  before(async () => {
    await vscode.extensions.getExtension('boundlens.boundlens')?.activate();
    writeSmallStudy(workspaceFile('').fsPath, STUDY, STEPS);
  });
  after(async () => {
    await rm(workspaceFile(`${STUDY.toLowerCase()}.study.json`).fsPath, { force: true });
    await removeRuns();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('editing, runs and the panel leave no memory, no error in the log and no unhandled rejection behind', async function () {
    this.timeout((WARM_UP + ROUNDS) * 120_000);
    const rejections = unhandledRejections();
    const errors = await loggedErrors();
    for (let count = 0; count < WARM_UP; count++) await round(count);
    const before = await heldBytes();
    for (let count = 0; count < ROUNDS; count++) await round(WARM_UP + count);
    const after = await heldBytes();
    const growth = after / before - 1;
    console.log(
      `held after ${WARM_UP} rounds ${megabytes(before)}, after ${ROUNDS} more ${megabytes(after)}: ${(100 * growth).toFixed(1)} %`,
    );
    assert.deepEqual(rejections.stop(), []);
    assert.deepEqual(errors.stop(), [], 'lines of the log that are errors');
    assert.ok(growth < MOST_GROWTH, 'what is held grew');
  });
});

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
