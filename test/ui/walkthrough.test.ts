import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { codeLens, editorLine, notification, openFile, runAndPick, runCommand, screenshot, webviewFrame } from '../workbench/workbench.mjs';
import { sampleEditor } from './sampleEditor';
import { writeSmallStudy } from './studies';

interface Step {
  readonly id: string;
  readonly title: string;
}

const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;

/** The text that VS Code shows for a key of the manifest, as `%command.stop%`. */
const shown = (key: string): string => texts[key.slice(1, -1)]!;

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly contributes: { readonly walkthroughs: readonly { readonly title: string; readonly steps: readonly Step[] }[] };
};

/** Large enough that a picture can be read when the walkthrough shows it at half its size. */
const SIZE = { width: 1120, height: 640 };

// One story in order, which makes the pictures of the walkthrough on its way: out/screenshots/walkthrough-*.png ("npm run pictures" takes them over).
describe('the walkthrough', () => {
  let page: Page;
  const [walkthrough] = contributes.walkthroughs;

  /** Takes a picture in the light and in the dark theme; `open` shows in each what has the colours of its theme from then on. */
  async function picture(name: string, open?: () => Promise<void>): Promise<void> {
    for (const kind of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: kind });
      await page.locator(`.monaco-workbench.${kind === 'dark' ? 'vs-dark' : 'vs'}`).waitFor();
      await open?.();
      await page.waitForTimeout(400);
      await screenshot(page, `walkthrough-${name}-${kind}`);
    }
  }

  const editor = sampleEditor({
    prepare: workspace => writeSmallStudy(workspace, 'Small', 40),
    settings: { 'window.autoDetectColorScheme': true, 'breadcrumbs.enabled': false },
  });
  before(async () => {
    ({ page } = editor);
    await page.setViewportSize(SIZE);
  });

  it('shows definitions of several frameworks as its pictures do', async () => {
    await codeLens(page, 'Transferability:').waitFor();
    await editorLine(page, /Mlp\(.*\)\s+→\sN×48/).waitFor();
    await picture('sample');
    await runCommand(page, 'View: Close Primary Side Bar');
    await openFile(page, 'context_encoder.py', 28);
    await codeLens(page, /156 k|156,449|105,344 parameters|105 k/).waitFor();
    await picture('lenses');
    await picture('hover', async () => {
      await page.keyboard.press('Escape');
      await page.locator('.monaco-hover table').first().waitFor({ state: 'hidden' });
      await runCommand(page, 'BoundLens: Explain This Bound');
      await page.locator('.monaco-hover table').first().waitFor();
    });
    await page.keyboard.press('Escape');
  });

  it('ends a study with a notification that need not come again', async () => {
    await runAndPick(page, 'BoundLens: Pre-train…', 'Small');
    const ended = notification(page, /Small: 1 of 1 runs finished/);
    await ended.waitFor({ timeout: 240_000 });
    await ended.getByRole('button', { name: "Don't Show Again" }).click();
    await ended.waitFor({ state: 'hidden' });
    await openFile(page, 'mae.py', 62);
    await codeLens(page, /Transferability: certified/).waitFor();
    await picture('certificate');
    await runCommand(page, 'View: Close All Editors');
    await runCommand(page, 'BoundLens: Open Panel');
    const panel = await webviewFrame(page, '.card-value');
    await panel.locator('figure canvas').first().waitFor();
    await picture('panel');
    await runAndPick(page, 'BoundLens: Pre-train…', 'Small');
    await notification(page, /BoundLens: Small/).waitFor();
    await notification(page, /BoundLens: Small/).waitFor({ state: 'hidden', timeout: 60_000 });
    await page.waitForTimeout(500);
    assert.equal(await notification(page, /runs finished/).count(), 0, 'it was told although nobody wants to be told any more');
  });

  it('shows its steps, each with a picture that is there', async () => {
    await runCommand(page, 'View: Close All Editors');
    await runCommand(page, 'Preferences: Open Settings (UI)');
    await page.locator('.settings-editor .search-container textarea, .settings-editor .monaco-editor').first().waitFor();
    await page.keyboard.type('@ext:boundlens.boundlens');
    const title = page.locator('.setting-item-title').filter({ hasText: 'Code Lens' }).first();
    await title.click();
    await page.locator('.suggest-widget').first().waitFor({ state: 'hidden' });
    await picture('settings');
    await page.setViewportSize({ width: 1500, height: 800 });
    await page.locator('.settings-editor').press('Escape');
    await page.locator('.settings-editor').waitFor({ state: 'hidden' });
    await runAndPick(page, 'Welcome: Open Walkthrough...', shown(walkthrough!.title));
    for (const { id, title } of walkthrough!.steps) {
      await page
        .locator('.getting-started-step')
        .filter({ hasText: shown(title) })
        .click();
      await page.locator('.getting-started-media img').first().waitFor();
      await page.waitForFunction(() => {
        const image = document.querySelector<HTMLImageElement>('.getting-started-media img');
        return image?.complete === true && image.naturalWidth > 0;
      });
      await screenshot(page, `walkthrough-step-${id}`);
    }
  });
});
