import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Page } from 'playwright-core';
import { codeLens, codeLensRows, editorLine, goTo, runAndPick, runCommand, screenshot } from '../workbench/workbench.mjs';
import { sampleEditor } from './sampleEditor';

/** Colour themes with the classes that a workbench wears in them. */
const THEMES = [
  ['Light Modern', 'light', '.vs'],
  ['Dark Modern', 'dark', '.vs-dark'],
  ['Dark High Contrast', 'contrast', '.hc-black'],
  ['Light High Contrast', 'contrast-light', '.hc-light'],
] as const;

async function chooseTheme(page: Page, theme: string): Promise<void> {
  await runAndPick(page, 'Preferences: Color Theme', theme, theme);
}

describe('definitions in the editor', () => {
  let page: Page;
  const editor = sampleEditor({
    prepare(workspace) {
      const git = (...command: string[]) =>
        execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...command], { cwd: workspace });
      git('init', '--quiet');
      git('add', '.');
      git('commit', '--quiet', '--message', 'Begin');
    },
    settings: { 'files.autoSave': 'off', 'git.enabled': true, 'git.autorefresh': true },
  });
  before(async () => {
    ({ page } = editor);
    await codeLens(page, 'Transferability:').waitFor();
  });

  for (const [theme, name, look] of THEMES)
    it(`explains the bound in a ${name} theme: formulas as pictures, then the layers`, async () => {
      await chooseTheme(page, theme);
      await page.locator(`.monaco-workbench${look}`).first().waitFor();
      await goTo(page, '62:8');
      await screenshot(page, `editor-lenses-${name}`);
      await runCommand(page, 'BoundLens: Explain This Bound');
      const hover = page.locator('.monaco-hover').filter({ hasText: 'Bound D4' }).first();
      await hover.locator('img[alt*="ln N(ε)"]').waitFor();
      const sizes = await hover.locator('img').evaluateAll(images => images.map(image => image.clientWidth));
      assert.ok(sizes.length >= 2 && sizes.every(size => size > 20), `pictures of ${sizes.join(', ')} pixels`);
      const table = hover.locator('table').first();
      assert.match(await table.innerText(), /patch_embed\s+nn\.Linear\s+16×49 → 16×48\s+weight 48×49, bias 48\s+2,400\s+3\.1 %/);
      await page.waitForTimeout(600);
      await screenshot(page, `editor-hover-${name}`);
      await page.keyboard.press('Escape');
      await hover.waitFor({ state: 'hidden' });
    });

  it('an edit changes the bound, and the lens says by how much against the last commit', async () => {
    await chooseTheme(page, THEMES[0][0]);
    await goTo(page, '69:15');
    await editorLine(page, 'width=48,').waitFor();
    await page.keyboard.press('Shift+End');
    await page.keyboard.type('96,');
    await codeLens(page, /Bound: vacuous, needs N ≈ [\d.]+ M · complexity ×[\d.]+ vs HEAD/).waitFor();
    await screenshot(page, 'editor-change');
    const [row = ''] = (await codeLensRows(page)).filter(text => text.includes('vs HEAD'));
    assert.match(row, /Pre-train.*Fine-tune.*Compare.*Panel/s);
    const right = await codeLens(page, /^Panel$/).boundingBox();
    assert.ok(right && right.x + right.width < 1400, 'the last action is in view beside the side bar');
    await runCommand(page, 'File: Revert File');
    await codeLens(page, /Bound: vacuous, needs N ≈ [\d.]+ M$/).waitFor();
  });
});
