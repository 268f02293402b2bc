import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { quickInput, runAndWrite, runCommand, screenshot, treeRow, webviewFrame, workbenchUrl } from '../workbench/workbench.mjs';
import { writeFinishedRuns } from './finishedRuns';
import { sampleEditor } from './sampleEditor';
import { savedState } from './savedState';
import { eventually, settled } from './waiting';

/** Waits for a file that the editor writes: it is whole when it no longer grows. */
async function written(page: Page, file: string): Promise<Buffer> {
  const size = () => Promise.resolve(existsSync(file) ? statSync(file).size : 0);
  await eventually(page, size, bytes => bytes > 0, file);
  await settled(page, size);
  return readFileSync(file);
}

/** Waits until the dialog suggests a file of this name. */
async function suggestion(page: Page, name: string): Promise<void> {
  await quickInput(page).waitFor();
  await eventually(
    page,
    () => quickInput(page).inputValue(),
    value => value.endsWith(`/${name}`),
    `/${name} in the dialog`,
  );
}

/** Answers the dialog with a path; it takes Enter only once it has looked at what was typed. */
async function saveAs(page: Page, file: string): Promise<void> {
  for (let attempt = 0; attempt < 20 && (await quickInput(page).isVisible()); attempt++) {
    const isTyped = (await quickInput(page).inputValue()) === file;
    if (isTyped) await page.keyboard.press('Enter');
    else await quickInput(page).fill(file);
    await page.waitForTimeout(600);
  }
}

// One story in order, over runs that have finished.
describe('the panel in VS Code', () => {
  let folder: string;
  let workspace: string;
  let page: Page;
  const editor = sampleEditor({ prepare: writeFinishedRuns, settings: { 'files.autoSave': 'off' } });
  before(() => {
    ({ folder, workspace, page } = editor);
  });

  it('keeps all lenses over a definition with a run in view beside the side bar', async () => {
    const line = page.locator('.codelens-decoration').filter({ hasText: 'certified', visible: true }).first();
    const last = line.locator('a').filter({ hasText: /^Panel$/ });
    await last.waitFor();
    await screenshot(page, 'editor-lenses-run');
    // The editor draws lenses anew while it is looked at.
    const right = async (of: Locator) => {
      const box = await of.boundingBox();
      return box && box.x + box.width;
    };
    const [end, edge] = await eventually(
      page,
      () => Promise.all([right(last), right(page.locator('.editor-instance').first())]),
      places => !places.includes(null),
      'a lens and its editor',
    );
    assert.ok(end! < edge!, await line.innerText());
    assert.match(await line.innerText(), /Bound: vacuous [\d.]+, needs n ≈ |Bound: .* = /);
  });

  it('shows finished runs: what the regulariser changes, and the bound of every arm', async () => {
    await runCommand(page, 'BoundLens: Open Panel');
    const panel = await webviewFrame(page, 'figure[aria-label="Does the regulariser help?"] canvas');
    await panel.getByText('39 runs: 38 finished, 1 failed').waitFor();
    const described = await panel.locator('figure[aria-label="Does the regulariser help?"] .chart').getAttribute('aria-label');
    assert.match(described ?? '', /no regulariser: probe accuracy 96\.\d ± .*RadReg λ=0\.1: .*L2: .*from scratch: /s);
    await page.locator('.tab').filter({ hasText: 'BoundLens' }).click();
    await runCommand(page, 'View: Toggle Maximize Editor Group');
    await page.waitForTimeout(800);
    await screenshot(page, 'panel-in-editor');
    await runCommand(page, 'View: Toggle Maximize Editor Group');
  });

  it('shows what each layer of the definition holds, and leads to its line', async () => {
    const panel = await webviewFrame(page, '[role=tab]');
    await panel.getByRole('tab', { name: 'Representation' }).click();
    const capacity = panel.getByRole('figure', { name: 'Capacity per layer' });
    await capacity.locator('canvas').waitFor();
    await page.waitForTimeout(500);
    await screenshot(page, 'panel-in-editor-representation');
    await capacity.getByRole('button', { name: 'Show as table: Capacity per layer' }).click();
    const row = capacity.getByRole('row').nth(1);
    const line = await row.getByRole('cell').last().innerText();
    await row.getByRole('button').click();
    await page
      .locator('.statusbar-item')
      .filter({ hasText: `Ln ${line},` })
      .waitFor();
  });

  const FORMATS = [
    {
      format: 'svg',
      item: 'Picture (SVG)',
      check: (file: Buffer) => assert.match(file.toString(), /^<svg[^]*What the bound is made of[^]*<\/svg>$/),
    },
    { format: 'png', item: 'Picture (PNG)', check: (file: Buffer) => assert.equal(file.subarray(1, 4).toString('latin1'), 'PNG') },
    {
      format: 'csv',
      item: 'Data (CSV)',
      check: (file: Buffer) => assert.match(file.toString(), /^arm,term,value,evidence\r\nno regulariser,transfer,0\.\d+,measured\r\n/),
    },
    {
      format: 'json',
      item: 'Data (JSON)',
      check: (file: Buffer) => assert.equal((JSON.parse(file.toString()) as { rows: object[] }).rows.length, 46),
    },
  ] as const;
  for (const { format, item, check } of FORMATS)
    it(`saves a chart as ${format.toUpperCase()} where the dialog says`, async () => {
      const panel = await webviewFrame(page, '[role=tab]');
      await panel.getByRole('tab', { name: 'Overview' }).click();
      await panel.getByRole('button', { name: 'Export What the bound is made of' }).click();
      await panel.getByRole('menuitem', { name: item }).click();
      await suggestion(page, `fashion-t-shirt-or-coat-what-the-bound-is-made-of.${format}`);
      const file = path.join(folder, `bound.${format}`);
      await saveAs(page, file);
      check(await written(page, file));
    });

  it('saves the page with its data as one file that loads nothing', async () => {
    const panel = await webviewFrame(page, '[role=tab]');
    await panel.getByRole('button', { name: 'Export Report…' }).click();
    await suggestion(page, 'Fashion- T-shirt or coat.html');
    const file = path.join(folder, 'report.html');
    await saveAs(page, file);
    const html = (await written(page, file)).toString();
    assert.match(html, /id="boundlens-snapshot"[^]*RadReg λ=0\.003/);
    assert.doesNotMatch(html, /<(?:script|link|img)[^>]+(?:src|href)=/);
  });

  it('filters the runs, and shows the bound beside them', async () => {
    await runCommand(page, 'View: Close Primary Side Bar');
    await runAndWrite(page, 'BoundLens: Filter Runs…', /^Words of study/, 'l2 failed');
    await page.getByText('“l2 failed”: 1 of 39 runs').waitFor();
    await page.keyboard.press('Enter');
    await treeRow(page, /L2 · seed 4/).waitFor();
    assert.equal(await treeRow(page, /from scratch · seed 0/).count(), 0);
    await screenshot(page, 'panel-filtered');
    await runCommand(page, 'BoundLens: Clear Filter of Runs');
    await treeRow(page, /no regulariser · seed 0/).waitFor();
  });

  it('comes back after a reload on the tab that was open', async () => {
    const panel = await webviewFrame(page, '[role=tab]');
    await panel.getByRole('tab', { name: 'Predictions' }).click();
    await panel.getByRole('figure', { name: 'Estimate against outcome' }).locator('canvas').waitFor();
    await savedState(page, /state:\{[^}]*tab:predictions/);
    await page.goto(workbenchUrl(editor.server, workspace, []));
    const restored = await webviewFrame(page, 'figure[aria-label="Estimate against outcome"] canvas');
    assert.equal(await restored.getByRole('tab', { name: 'Predictions' }).getAttribute('aria-selected'), 'true');
  });
});
