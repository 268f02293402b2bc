import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { copySample, startServer, type Server } from '../workbench/server.mjs';
import {
  codeLens,
  codeLensRows,
  editorLine,
  notification,
  openFile,
  openWorkbench,
  runCommand,
  screenshot,
} from '../workbench/workbench.mjs';

/** Sends BoundLens to the extension host that is a worker of the browser: its `browser` entry, without Node. */
const IN_BROWSER = { 'remote.extensionKind': { 'boundlens.boundlens': ['web'] }, 'editor.minimap.enabled': false };

describe("BoundLens in the browser's extension host", () => {
  let folder: string;
  let server: Server;
  let page: Page;
  let close: () => Promise<void>;
  const problems: string[] = [];

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'boundlens-browser-'));
    const workspace = copySample(folder);
    writeFileSync(path.join(workspace, 'wrong.study.json'), '{ "name": 7 }\n');
    server = await startServer({ extensions: [process.cwd()], settings: IN_BROWSER });
    ({ page, close } = await openWorkbench(server, { folder: workspace, file: path.join(workspace, 'models/mae.py'), line: 62 }));
    page.on('console', message => {
      if (message.type() === 'error') problems.push(message.text());
    });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await screenshot(page, `failed-${this.currentTest.title.slice(0, 30)}`);
      console.error(problems.join('\n'));
    }
  });
  after(async () => {
    await close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  it('reads definitions in a worker and shows lenses and hints', async () => {
    await codeLens(page, 'Transferability:').waitFor();
    const [row = ''] = (await codeLensRows(page)).filter(text => text.includes('Transferability'));
    assert.match(row, /parameters.*Transferability: no run yet.*Bound: /s);
    await editorLine(page, /Mlp\(.*\)\s+→\sN×48\s·\s18,672\s·\sσ≈\d[\d.–]*\s·\s\d+\s%/).waitFor();
    await screenshot(page, 'browser-lenses');
  });

  it('says of what needs a machine that it does, and offers the log', async () => {
    await runCommand(page, 'BoundLens: Open Panel');
    const said = notification(page, /needs files and processes, which VS Code in a browser does not have/);
    await said.waitFor();
    await said.getByRole('button', { name: 'Open Log' }).waitFor();
  });

  it('checks the form of studies in a worker', async () => {
    await openFile(page, 'wrong.study.json');
    await runCommand(page, 'Problems: Focus on Problems View');
    await page
      .locator('.markers-panel')
      .getByText(/^name is 7/)
      .waitFor();
    await page
      .locator('.markers-panel')
      .getByText(/^data is missing/)
      .waitFor();
  });
});
