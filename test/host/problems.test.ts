import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { LOOP } from '../unit/editor/trainingLoop';
import { WIDE } from '../unit/editor/wideNet';
import { eventually, lensTitles, showUnsaved, withSetting } from './support';

const codesAt = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).map(({ code }) => (typeof code === 'object' ? code.value : code));

async function actionsAt(uri: vscode.Uri, range: vscode.Range, kind: vscode.CodeActionKind): Promise<readonly vscode.CodeAction[]> {
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, range, kind.value);
  return actions.filter(({ title }) => /spectral norm|LayerNorm|RadReg/.test(title));
}

describe('problems and their fixes', () => {
  before(() => vscode.extensions.getExtension('boundlens.boundlens')?.activate());
  afterEach(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  async function open(content: string): Promise<vscode.TextDocument> {
    return (await showUnsaved(content)).document;
  }

  it('a layer that decides the bound is said so, with a link, and mended by its fix', async () => {
    const document = await open(WIDE);
    await eventually(
      () => codesAt(document.uri),
      codes => codes.includes('dominant-layer'),
      'the problem',
    );
    const problem = vscode.languages
      .getDiagnostics(document.uri)
      .find(({ code }) => typeof code === 'object' && code.value === 'dominant-layer')!;
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Information);
    assert.match((problem.code as { target: vscode.Uri }).target.path, /docs\/editor\.md$/);
    const [fix] = await eventually(
      () => actionsAt(document.uri, problem.range, vscode.CodeActionKind.QuickFix),
      ([first]) => first?.edit !== undefined,
      'a fix',
    );
    assert.ok(fix?.edit);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.match(document.getText(), / = nn\.utils\.parametrizations\.spectral_norm\(nn\.Linear\(/);
    await eventually(
      () => lensTitles(document.uri),
      titles => [...titles.values()].flat().some(title => /^[\d,.]+ k? ?parameters/.test(title)),
      'the definition, still read whole',
    );
  });

  it('goes with its own switch, and with the master switch', async () => {
    const document = await open(WIDE);
    const some = (codes: readonly unknown[]) => codes.length > 0;
    await eventually(() => codesAt(document.uri), some, 'the problem');
    for (const name of ['diagnostics', 'enabled']) {
      await withSetting(name, false, async () => {
        await eventually(
          () => codesAt(document.uri),
          codes => codes.length === 0,
          `no problem without ${name}`,
        );
      });
      await eventually(() => codesAt(document.uri), some, 'the problem again');
    }
  });

  it('puts a RadReg term into a training loop, and then asks for a scale of the features, which a fix gives', async () => {
    const document = await open(LOOP);
    const line = LOOP.split('\n').findIndex(text => text.includes('backward'));
    const [action] = await eventually(
      () => actionsAt(document.uri, document.lineAt(line).range, vscode.CodeActionKind.RefactorRewrite),
      actions => actions.length > 0,
      'the action',
    );
    assert.ok(action?.edit && (await vscode.workspace.applyEdit(action.edit)));
    assert.match(document.getText(), / {4}loss = loss \+ 0\.003 \* radreg\(model\(images\)\)\n {4}loss\.backward\(\)/);
    await eventually(
      () => codesAt(document.uri),
      codes => codes.includes('free-feature-scale'),
      'the scale',
    );
    const problem = vscode.languages.getDiagnostics(document.uri).find(({ message }) => message.includes('no fixed scale'));
    const [fix] = await eventually(
      () => actionsAt(document.uri, problem!.range, vscode.CodeActionKind.QuickFix),
      actions => actions.some(({ title }) => title.includes('LayerNorm')),
      'its fix',
    );
    assert.ok(fix?.edit && (await vscode.workspace.applyEdit(fix.edit)));
    assert.match(document.getText(), /nn\.Linear\(4, 4\), nn\.LayerNorm\(4\)\)/);
    await eventually(
      () => codesAt(document.uri),
      codes => !codes.includes('free-feature-scale'),
      'the end of the problem',
    );
  });
});
