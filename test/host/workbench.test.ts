import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';

interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly main: string;
}

const extension = () => vscode.extensions.getExtension<unknown>('boundlens.boundlens');

describe('the VS Code under test', () => {
  it('is the version that it should be: the oldest that package.json admits, or a newer one', () => {
    const manifest = extension()?.packageJSON as Manifest;
    const oldest = /\d+\.\d+/.exec(manifest.engines.vscode)?.[0];
    const running = /\d+\.\d+/.exec(vscode.version)?.[0];
    if (process.env['BOUNDLENS_VSCODE'] === 'minimum') assert.equal(running, oldest);
    else assert.notEqual(running, oldest);
  });

  it('has a copy of the sample workspace open', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.equal(folder?.name, 'sample');
    const found = await vscode.workspace.findFiles('fashion-mnist/*.gz');
    assert.equal(found.length, 4);
    assert.ok(!folder.uri.fsPath.includes(path.join('media', 'sample')), 'tests must not write into the original');
  });

  it('loads the extension from the working tree', async () => {
    const loaded = extension();
    await loaded?.activate();
    assert.ok(loaded?.isActive);
  });
});
