import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { UNIVERSAL } from '../../packaging/targets.mjs';
import { RunStore } from '../../src/runs/store';
import { sampleEditor } from '../ui/sampleEditor';
import { writeSmallStudy } from '../ui/studies';
import { eventually } from '../ui/waiting';
import { codeLens, notification, runAndPick, runCommand, webviewFrame } from '../workbench/workbench.mjs';
import { HOST, makePackages, packageFile } from './made';

/** What each package trains with on this machine. */
const PACKAGES: readonly (readonly [target: string, engine: string])[] = [
  ['linux-x64', 'native'],
  [UNIVERSAL, 'wasm'],
];

// The packaged VS Code runs on Linux x64 alone.
if (HOST === 'linux-x64')
  for (const [target, engine] of PACKAGES)
    describe(`the VSIX ${target}, installed from its file on a clean profile`, () => {
      let workspace: string;
      let page: Page;
      const editor = sampleEditor({
        prepare: copy => writeSmallStudy(copy, 'Small', 10),
        vsix() {
          makePackages();
          return packageFile(target);
        },
      });
      before(() => {
        ({ workspace, page } = editor);
      });

      it('is what VS Code runs, not the source tree', () => {
        const installed = readdirSync(path.join(editor.server.folder, 'extensions'), { withFileTypes: true }).filter(entry =>
          entry.isDirectory(),
        );
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
        await runAndPick(page, 'BoundLens: Pre-train…', 'Small');
        await notification(page, 'Small: 1 of 1 runs finished').waitFor({ timeout: 240_000 });
        await codeLens(page, /Transferability: certified .*≤ \.\d+/).waitFor();
        const [run] = await new RunStore(path.join(workspace, '.boundlens/runs/Small')).list();
        assert.equal(run?.record.engine?.name, engine);
        await runCommand(page, 'BoundLens: Open Panel');
        const panel = await webviewFrame(page, '.card-value');
        await eventually(
          page,
          () => panel.locator('.cards').innerText(),
          text => /≤ \.\d+\s+certified/.test(text),
          'the certificate in the panel',
        );
      });
    });
