import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { LOOP } from '../unit/editor/trainingLoop';
import { WIDE } from '../unit/editor/wideNet';
import { codeLens, editorLine, goTo, openFile, runCommand, screenshot } from '../workbench/workbench.mjs';
import { sampleEditor } from './sampleEditor';

/** Line and column, from 1, of the first place of a text in another. */
function placeOf(text: string, found: string): string {
  const before = text.slice(0, text.indexOf(found)).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

/** An entry of the menu that the light bulb opens. */
const fix = (page: Page, title: string) => page.locator('.action-widget .monaco-list-row').filter({ hasText: title }).first();

describe('quick fixes in the menu of the light bulb', () => {
  let page: Page;
  const editor = sampleEditor({
    prepare(workspace) {
      writeFileSync(path.join(workspace, 'models/wide.py'), WIDE);
      writeFileSync(path.join(workspace, 'models/loop.py'), LOOP);
    },
  });
  before(() => {
    ({ page } = editor);
  });

  it('caps the norm of the layer that decides the bound by two clicks: on the bulb, on the fix', async () => {
    await openFile(page, 'wide.py');
    await codeLens(page, 'Transferability:').waitFor();
    await page.locator('.squiggly-info').first().waitFor();
    await goTo(page, placeOf(WIDE, 'nn.Linear(width, 4096)'));
    await page.locator('.monaco-editor [class*="codicon-light-bulb"], .monaco-editor [class*="codicon-lightbulb"]').first().click();
    await fix(page, 'Cap the spectral norm of wide at 1').waitFor();
    await screenshot(page, 'editor-light-bulb');
    await fix(page, 'Cap the spectral norm of wide at 1').click();
    await editorLine(page, 'self.wide = nn.utils.parametrizations.spectral_norm(nn.Linear(width, 4096))').waitFor();
    await page.locator('.squiggly-info').first().waitFor({ state: 'detached' });
    await runCommand(page, 'File: Revert File');
  });

  it('puts a RadReg term into a training loop and fixes the scale of its features, by the keyboard alone', async () => {
    await openFile(page, 'loop.py');
    await codeLens(page, 'Transferability:').waitFor();
    await goTo(page, placeOf(LOOP, 'loss.backward'));
    await choose('Add a RadReg term to this training loop');
    await editorLine(page, 'loss = loss + 0.003 * radreg(model(images))').waitFor();
    await goTo(page, placeOf(LOOP, 'nn.Linear(4, 4)'));
    await choose('End the encoder in a LayerNorm');
    await editorLine(page, 'nn.LayerNorm(4)').waitFor();
    await runCommand(page, 'File: Revert File');
  });

  /** Opens the menu at the cursor until it holds a fix, which comes when the text has been read; goes to it and takes it. */
  async function choose(title: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await page.keyboard.press('Control+.');
      const isThere = await fix(page, title)
        .waitFor({ timeout: 3_000 })
        .then(
          () => true,
          () => false,
        );
      if (isThere) break;
      assert.ok(attempt < 10, `no menu holds "${title}"`);
      await page.keyboard.press('Escape');
    }
    const focused = page.locator('.action-widget .monaco-list-row.focused');
    for (let step = 0; step < 12 && !(await focused.allInnerTexts()).some(text => text.includes(title)); step++)
      await page.keyboard.press('ArrowDown');
    assert.match((await focused.allInnerTexts()).join(), new RegExp(title));
    await page.keyboard.press('Enter');
  }
});
