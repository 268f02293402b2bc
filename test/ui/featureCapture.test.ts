import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { notification, runAndPick, runCommand, screenshot, webviewFrame } from '../workbench/workbench.mjs';
import { sampleEditor } from './sampleEditor';
import { eventually } from './waiting';

/** Small enough for a test, long enough that its frames can be seen to come. */
const SMALL = {
  name: 'small',
  seeds: [0],
  pretraining: { steps: 800, maxStep: 0.005 },
  downstream: { kinds: ['multi-view'], supervisedSteps: 2000 },
};

/** The step that the summary of the heat map names, and how many features it says are captured. */
async function shown(panel: Frame): Promise<string> {
  return (await panel.getByRole('figure', { name: 'Feature capture' }).locator('.chart').getAttribute('aria-label')) ?? '';
}

// One story in order: from the palette to what the experiment says.
describe('feature capture in VS Code', () => {
  let workspace: string;
  let page: Page;
  let panel: Frame;
  const editor = sampleEditor({
    prepare(copy) {
      writeFileSync(path.join(copy, 'small.multiview.json'), JSON.stringify(SMALL));
      writeFileSync(path.join(copy, 'wrong.multiview.json'), '{ "name": "wrong", "data": { "clases": 3 } }');
    },
  });
  before(() => {
    ({ workspace, page } = editor);
  });

  it('runs an experiment from the palette and shows its frames while it goes on', async () => {
    await runAndPick(page, 'BoundLens: Explore Feature Capture', 'small.multiview.json');
    panel = await webviewFrame(page, 'figure[aria-label="Feature capture"] canvas');
    const frames = path.join(workspace, '.boundlens/multiview/small/frames.jsonl');
    const early = await shown(panel);
    const look = () => panel.getByRole('figure', { name: 'Feature capture' }).locator('.chart').screenshot();
    const picture = await look();
    await eventually(page, look, now => !picture.equals(now), 'a heat map that moves');
    assert.notEqual(await shown(panel), early, 'the summary stands still');
    assert.doesNotMatch(readFileSync(frames, 'utf8'), /"type":"end"/, 'the heat map moved only after the experiment had ended');
    await screenshot(page, 'feature-capture-running');
    await notification(page, 'small: the experiment has ended.').waitFor({ timeout: 120_000 });
    assert.ok(existsSync(path.join(workspace, '.boundlens/multiview/small/results.json')));
  });

  it('says what was captured when it has ended, in words and in every kind of theme', async () => {
    await panel.getByText(/In every seed mask reconstruction captured 100\.0 % of the 10 features/).waitFor();
    assert.match(await shown(panel), /^small, teacher and student, seed 0\. .*10 of 10 features captured, 100\.0 %/);
    await runCommand(page, 'Notifications: Clear All Notifications');
    await page.locator('.tab').filter({ hasText: 'BoundLens' }).click();
    await runCommand(page, 'View: Toggle Maximize Editor Group');
    for (const [theme, setting] of [
      ['dark', 'Default Dark Modern'],
      ['light', 'Default Light Modern'],
      ['high-contrast', 'Default High Contrast'],
    ]) {
      mkdirSync(path.join(workspace, '.vscode'), { recursive: true });
      writeFileSync(path.join(workspace, '.vscode/settings.json'), JSON.stringify({ 'workbench.colorTheme': setting }));
      await panel.locator(`body.vscode-${theme}`).waitFor();
      await page.waitForTimeout(500);
      await screenshot(page, `feature-capture-${theme}`);
    }
  });

  it('tells what is wrong with a specification, with the way to the log', async () => {
    await runAndPick(page, 'BoundLens: Explore Feature Capture', 'wrong.multiview.json');
    const told = notification(page, /wrong\.multiview\.json:1: data\.clases .*did you mean "classes"/);
    await told.waitFor();
    await told.getByRole('button', { name: 'Open Log' }).waitFor();
  });
});
