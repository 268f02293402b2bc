import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { stopStudy } from '../../src/editor/studyProcess';
import {
  codeLens,
  codeLensRows,
  editorLine,
  goTo,
  notification,
  openFile,
  quickInput,
  runAndPick,
  runCommand,
  screenshot,
  statusBarItem,
  treeRow,
  webviewFrame,
  workbenchUrl,
} from '../workbench/workbench.mjs';
import { Film } from './film';
import { sampleEditor } from './sampleEditor';
import { savedState } from './savedState';
import { writeSmallStudy } from './studies';
import { eventually } from './waiting';

/** The last step that the training chart describes. */
async function lastStep(panel: Frame): Promise<number> {
  const description = (await panel.locator('.chart[aria-label*="at step"]').first().getAttribute('aria-label')) ?? '';
  const steps = [...description.matchAll(/at step ([\d,]+)/g)].map(match => Number(match[1]!.replaceAll(',', '')));
  return Math.max(...steps);
}

/** A class that cannot be constructed without being told of its configuration. */
const UNKNOWN = `import torch.nn as nn


class Net(nn.Module):
    """Layers of one width."""

    def __init__(self, cfg):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(cfg.width, cfg.width) for _ in range(cfg.depth)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x).relu()
        return x
`;

// One story in order: each test goes on where the one before it ended, as a person does. On its way it takes the frames of a short film.
describe('BoundLens in VS Code', () => {
  let workspace: string;
  let page: Page;
  let film: Film;
  const editor = sampleEditor({
    prepare(copy) {
      writeSmallStudy(copy, 'Long', 6_000);
      writeSmallStudy(copy, 'Small', 40);
      writeFileSync(path.join(copy, 'models/net.py'), UNKNOWN);
    },
    settings: { 'files.autoSave': 'off', 'boundlens.baseline': 'saved' },
    // Runs outlive the editor: after a failure one may still be at work.
    async cleanUp(copy) {
      const runs = path.join(copy, '.boundlens/runs');
      if (existsSync(runs)) for (const study of readdirSync(runs)) await stopStudy(path.join(runs, study));
    },
  });
  before(() => {
    ({ workspace, page } = editor);
    film = new Film(page);
  });

  it('puts lenses over the sample definition and hints at its layers', async () => {
    await codeLens(page, 'Transferability:').waitFor();
    const [row = ''] = (await codeLensRows(page)).filter(text => text.includes('Transferability'));
    assert.match(row, /Transferability: no run yet.*Bound: .*Pre-train.*Fine-tune.*Compare.*Panel/s);
    await editorLine(page, /Mlp\(.*\)\s+→\sN×48\s·\s18,672\s·\sσ≈\d[\d.–]*\s·\s\d+\s%/).waitFor();
    await screenshot(page, 'editor-lenses');
    await film.take(1500);
  });

  it('says at once what an edit does to the complexity', async () => {
    await goTo(page, '69:15');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await film.take(700);
    await page.keyboard.type('96');
    await codeLens(page, /Bound: vacuous, needs N ≈ [\d.]+ [kM] · complexity ×[\d.]+/).waitFor();
    await editorLine(page, /^\s*width=96,/).waitFor();
    await film.take(2400);
    await runCommand(page, 'File: Revert File');
    await codeLens(page, /76,305 parameters/).waitFor();
  });

  it('asks for arguments that are not known and writes them over the class', async () => {
    await openFile(page, 'net.py');
    await codeLens(page, /unknown: .*cfg.* · Set arguments…/).click();
    await quickInput(page).waitFor();
    await screenshot(page, 'editor-arguments');
    assert.equal(await quickInput(page).inputValue(), 'Net(cfg=SimpleNamespace(width=…, depth=…))');
    await page.keyboard.press('Enter');
    await page.getByText('Put a value in place of each …').waitFor();
    await quickInput(page).fill('Net(cfg=SimpleNamespace(width=64, depth=2))');
    await page.keyboard.press('Enter');
    await editorLine(page, '# boundlens: Net(cfg=SimpleNamespace(width=64, depth=2))').waitFor();
    await codeLens(page, '8,320 parameters').waitFor();
    await screenshot(page, 'editor-arguments-set');
    await runCommand(page, 'File: Revert File');
    await codeLens(page, /Set arguments…/).waitFor();
    await openFile(page, 'mae.py');
  });

  it('pre-trains from the palette: the chart grows, the status bar and the tree say so, Stop stops', async () => {
    await runAndPick(page, 'BoundLens: Pre-train…', 'Long');
    await statusBarItem(page, /BoundLens|pre-training|RadReg/).waitFor();
    await runCommand(page, 'BoundLens: Open Panel');
    const panel = await webviewFrame(page, '.chart[aria-label*="at step"] canvas');
    const early = await lastStep(panel);
    for (let look = 0; look < 8; look++) {
      await film.take(350);
      await page.waitForTimeout(500);
    }
    const reached = (step: number) => step >= early + 20;
    await eventually(page, () => lastStep(panel), reached, `a chart that grows from step ${early} by 20`);
    await runCommand(page, 'View: Show BoundLens');
    await treeRow(page, /RadReg/).waitFor();
    await screenshot(page, 'editor-running');
    await panel.getByRole('button', { name: 'Stop' }).click();
    await panel.getByText('1 run: 1 stopped').waitFor();
    await notification(page, /stopped/).waitFor();
  });

  it('runs a small study to its bound and puts it into the panel and over the definition', async () => {
    await runAndPick(page, 'BoundLens: Pre-train…', 'Small');
    await notification(page, 'Small: 1 of 1 runs finished').waitFor({ timeout: 240_000 });
    await runCommand(page, 'Notifications: Clear All Notifications');
    await codeLens(page, /Transferability: certified ≤ \.\d+ /).waitFor();
    const panel = await webviewFrame(page, '.card-value');
    for (const [study, counts] of [
      ['Long', '1 run: 1 stopped'],
      ['Small', '1 run: 1 finished'],
    ] as const) {
      await panel.getByRole('combobox', { name: 'Study' }).click();
      await panel.getByRole('option', { name: study }).click();
      await panel.getByText(counts).waitFor();
    }
    await panel.getByRole('table', { name: 'Results by arm' }).waitFor();
    assert.match(await panel.locator('.cards').innerText(), /≤ \.\d+\s+certified/);
    assert.equal(await panel.locator('figure canvas').count(), 2);
    await page.waitForTimeout(500);
    await screenshot(page, 'editor-finished');
    await film.take(1800);
    await runCommand(page, 'View: Maximize Editor Group');
    await page.waitForTimeout(500);
    await screenshot(page, 'editor-bound');
    await film.take(2500);
  });

  it('comes back with the same study after a reload', async () => {
    await savedState(page, /state:\{[^}]*study:Small/);
    // Without the file that the first address opened: VS Code restores what was open only when nothing else is asked for.
    await page.goto(workbenchUrl(editor.server, workspace, []));
    const panel = await webviewFrame(page, '.card-value .chip-certified');
    await panel.getByRole('table', { name: 'Results by arm' }).waitFor();
  });
});
