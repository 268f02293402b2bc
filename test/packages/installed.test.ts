import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { UNIVERSAL } from '../../packaging/targets.mjs';
import { RunStore } from '../../src/runs/store';
import { writeSmallStudy } from '../ui/studies';
import { copySample, startServer, type Server } from '../workbench/server.mjs';
import { codeLens, notification, openWorkbench, quickPick, runCommand, screenshot, webviewFrame } from '../workbench/workbench.mjs';
import { HOST, makePackages, packageFile } from './made';

/** What each package trains with on this machine. */
const PACKAGES: readonly (readonly [target: string, engine: string])[] = [
  ['linux-x64', 'native'],
  [UNIVERSAL, 'wasm'],
];

// The packaged VS Code runs on Linux x64 alone.
if (HOST === 'linux-x64')
  for (const [target, engine] of PACKAGES)
    describe(`the VSIX ${target}, installed from its file on a clean profile`, function () {
      this.timeout(240_000);
      let folder: string;
      let workspace: string;
      let server: Server;
      let page: Page;
      let close: () => Promise<void>;

      before(async () => {
        makePackages();
        folder = mkdtempSync(path.join(tmpdir(), 'boundlens-vsix-'));
        workspace = copySample(folder);
        writeSmallStudy(workspace, 'Small', 10);
        server = await startServer({ vsix: packageFile(target), settings: { 'editor.minimap.enabled': false } });
        ({ page, close } = await openWorkbench(server, { folder: workspace, file: path.join(workspace, 'models/mae.py'), line: 62 }));
      });
      afterEach(async function () {
        if (this.currentTest?.state === 'failed') await screenshot(page, `failed-${target}`);
      });
      after(async () => {
        await close();
        await server.stop();
        rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
      });

      it('is what VS Code runs, not the source tree', () => {
        const installed = readdirSync(path.join(server.folder, 'extensions'), { withFileTypes: true }).filter(entry => entry.isDirectory());
        assert.deepEqual(
          installed.map(({ name }) => name.replace(/-\d+\.\d+\.\d+.*/, '')),
          ['boundlens.boundlens'],
        );
        assert.ok(!installed[0]!.isSymbolicLink());
      });

      it('puts lenses over the sample definition', async () => {
        await codeLens(page, 'Transferability:').waitFor();
        await codeLens(page, /76,305 parameters/).waitFor();
      });

      it(`pre-trains on the ${engine} engine, certifies, and shows the bound over the definition and in the panel`, async () => {
        await runCommand(page, 'BoundLens: Pre-train…');
        await quickPick(page, 'Small').click();
        await notification(page, 'Small: 1 of 1 runs finished').waitFor({ timeout: 180_000 });
        await codeLens(page, /Transferability: certified .*≤ \.\d+/).waitFor();
        const [run] = await new RunStore(path.join(workspace, '.boundlens/runs/Small')).list();
        assert.equal(run?.record.engine?.name, engine);
        await runCommand(page, 'BoundLens: Open Panel');
        const panel = await webviewFrame(page, '.card-value');
        assert.match(await panel.locator('.cards').innerText(), /≤ \.\d+\s+certified/);
      });
    });
