import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { screenshot } from '../workbench/workbench.mjs';
import { inventedCapture, inventedSeries, sampleSnapshot, sweptSnapshot } from './panelSample';
import { PanelStage, say, told } from './panelStage';
import { themes } from './themes';
import { eventually, settled } from './waiting';

/** The picture that a canvas holds, to tell whether it was drawn anew. */
const picture = (page: Page, title: string) =>
  page
    .getByRole('figure', { name: title, exact: true })
    .locator('canvas')
    .first()
    .evaluate(canvas => (canvas as unknown as { toDataURL(): string }).toDataURL());

describe("the panel's page", () => {
  let stage: PanelStage;
  before(async () => {
    stage = await PanelStage.open();
  });
  after(() => stage.close());

  /** A page with the sample study in it. */
  async function withSample(theme: (typeof themes)[keyof typeof themes] = themes.dark) {
    const opened = await stage.page(theme);
    await say(opened.page, { type: 'snapshot', snapshot: sampleSnapshot() });
    await opened.page.getByRole('figure', { name: 'Training', exact: true }).locator('canvas').waitFor();
    return opened;
  }

  it('is at most 1 MB', () => {
    assert.ok(statSync('dist/panel.js').size <= 1_000_000);
  });

  for (const [name, theme] of Object.entries(themes))
    it(`draws itself in a ${name} theme without breaking the content security policy`, async () => {
      const { page, problems } = await withSample(theme);
      await page.getByRole('table', { name: 'Results by arm' }).waitFor();
      await say(page, { type: 'snapshot', snapshot: sweptSnapshot() });
      for (const [tab, height] of [
        ['Overview', 1500],
        ['Representation', 1000],
        ['Predictions', 1100],
        ['Feature capture', 640],
      ] as const) {
        await page.setViewportSize({ width: 1180, height });
        await page.getByRole('tab', { name: tab }).click();
        await page.getByRole('tabpanel', { name: tab }).locator('canvas').first().waitFor();
        await page.waitForTimeout(400);
        await screenshot(page, `panel-${name}-${tab.toLowerCase().replace(' ', '-')}`);
      }
      assert.deepEqual(problems, []);
      assert.deepEqual(await told(page, 'log'), []);
      await page.close();
    });

  it('says in words what is not there yet', async () => {
    const { page, problems } = await stage.page(themes.dark);
    await say(page, { type: 'snapshot', snapshot: { studies: [], runs: [], selected: [], series: {}, trusted: true } });
    await page.getByText('No run has finished yet.').waitFor();
    await page.getByText('Curves appear here as soon as a run has started.').waitFor();
    await screenshot(page, 'panel-empty');
    assert.deepEqual(problems, []);
    await page.close();
  });

  it('gives every headline number its evidence, and calls a vacuous bound vacuous', async () => {
    const { page } = await withSample();
    const cards = await page.locator('.cards .card').allInnerTexts();
    for (const card of cards) assert.match(card, /certified|measured|estimated|assumed/, card);
    assert.match(cards[0]!, /≤ \.1\d\d/);
    const bound = page.getByRole('figure', { name: 'What the bound is made of' });
    assert.match((await bound.locator('.summary').innerText()) || '', /1 of 4 vacuous: /);
    await page.close();
  });

  it('shows each chart as a table, with the keyboard alone', async () => {
    const { page } = await withSample();
    const figure = page.getByRole('figure', { name: 'What the bound is made of' });
    await figure.getByRole('button', { name: 'Show as table' }).focus();
    await page.keyboard.press('Enter');
    const table = figure.getByRole('table');
    await table.waitFor();
    const head = await table.getByRole('columnheader').allInnerTexts();
    assert.deepEqual(head, ['arm', 'transfer', 'complexity', 'concentration', 'domain shift', 'optimisation', 'total']);
    assert.match(await table.innerText(), /\.060 assumed/);
    assert.equal(await figure.locator('canvas').isVisible(), false);
    await page.keyboard.press('Enter');
    await figure.locator('canvas').waitFor();
    await page.close();
  });

  it('lets a curve grow with every delta', async () => {
    const { page } = await withSample();
    const running = sampleSnapshot().runs.at(-1)!;
    const before = await picture(page, 'Training');
    await say(page, { type: 'metrics', series: { [running.id]: inventedSeries('more', 900) } });
    await page.getByRole('img', { name: /at step 900/ }).waitFor();
    assert.notEqual(await picture(page, 'Training'), before);
    await page.close();
  });

  it('follows an experiment of the multi-view laboratory, and shows any of its frames', async () => {
    const { page, problems } = await withSample();
    const whole = inventedCapture(21);
    const early = { ...whole, frames: whole.frames.slice(0, 5), ended: false, findings: [] };
    await page.getByRole('tab', { name: 'Feature capture' }).click();
    await page.getByText(/or “boundlens multiview/).waitFor();
    await say(page, { type: 'capture', added: early, restarted: true });
    await page.getByText(/Pre-training, step 120 of 600: 0 of 8 features captured/).waitFor();
    // The map is drawn on a canvas of its own above the axes.
    const look = () => page.getByRole('figure', { name: 'Feature capture' }).locator('.chart').screenshot();
    const before = await settled(page, look);
    await say(page, { type: 'capture', added: { ...whole, frames: whole.frames.slice(5) }, restarted: false });
    await page.getByText(/Pre-training, step 600 of 600: 8 of 8 features captured, 100\.0 %; purity \.900/).waitFor();
    await eventually(page, look, now => !before.equals(now), 'a map that is drawn anew');
    await page.getByRole('slider', { name: 'Frame' }).focus();
    await page.keyboard.press('Home');
    await page.getByText(/step 0 of 600/).waitFor();
    await page.getByRole('button', { name: 'Play the frames' }).click();
    await page.getByText(/step 600 of 600/).waitFor();
    await page.getByText('supervised training misses 4 of them').waitFor();
    assert.deepEqual(problems, []);
    await page.close();
  });

  for (const theme of ['dark', 'light'] as const)
    it(`fits into a side bar, with every tab in sight: ${theme}`, async () => {
      const { page } = await withSample(themes[theme]);
      await page.setViewportSize({ width: 300, height: 1300 });
      const width = () => page.evaluate(() => document.documentElement.scrollWidth);
      await eventually(page, width, wide => wide <= 300, 'a page of 300 pixels');
      await settled(page, width);
      await screenshot(page, `panel-narrow-${theme}`);
      assert.ok((await width()) <= 300);
      for (const tab of await page.getByRole('tab').all()) {
        const seen = await tab.evaluate(head => {
          const { left, right, top, bottom } = head.getBoundingClientRect();
          return left >= 0 && right <= innerWidth && head.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
        });
        assert.ok(seen, await tab.innerText());
      }
      await page.close();
    });

  it('draws anew when the theme changes', async () => {
    const { page } = await withSample();
    const look = () => picture(page, 'What the bound is made of');
    const before = await settled(page, look);
    await page.evaluate(variables => {
      for (const [name, colour] of Object.entries(variables)) document.documentElement.style.setProperty(`--vscode-${name}`, colour);
    }, themes.light.variables);
    await eventually(page, look, now => now !== before, 'other colours');
    await page.close();
  });

  it('smooths and takes logarithms, and remembers both', async () => {
    const { page } = await withSample();
    const plain = await picture(page, 'Training');
    await page.getByRole('button', { name: 'Smooth' }).click();
    const smoothed = await picture(page, 'Training');
    await page.getByRole('button', { name: 'Log scale' }).click();
    const logarithmic = await picture(page, 'Training');
    assert.equal(new Set([plain, smoothed, logarithmic]).size, 3);
    const state = await page.evaluate(() => window.state);
    assert.deepEqual(state, { study: 'Fashion: T-shirt or coat', selected: undefined, smooth: true, log: true });
    await screenshot(page, 'panel-smooth-log');
    await page.close();
  });

  it('tells the host what was clicked', async () => {
    const { page } = await withSample();
    const snapshot = sampleSnapshot();
    await page.getByRole('button', { name: 'models/mae.py:41' }).click();
    await page.getByRole('button', { name: 'Pre-train…' }).click();
    await page.getByRole('button', { name: 'Open Report' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    assert.deepEqual(await told(page, 'openSource'), [{ type: 'openSource', file: '/sample/models/mae.py', line: 40 }]);
    assert.deepEqual(await told(page, 'command'), [
      { type: 'command', command: 'preTrain' },
      { type: 'command', command: 'openReport' },
      { type: 'command', command: 'stop', run: snapshot.runs.at(-1)!.id },
    ]);
    await page.getByRole('checkbox', { name: 'no regulariser, seed 0' }).click();
    const [choice] = await told(page, 'selectRuns');
    assert.deepEqual(choice, { type: 'selectRuns', study: snapshot.study, runs: snapshot.selected.slice(1) });
    await page.close();
  });

  it('hands back after a reload what it remembered', async () => {
    const { page } = await stage.page(themes.dark, { study: 'Another study', selected: ['a'] });
    assert.deepEqual(await told(page, 'ready'), [{ type: 'ready', study: 'Another study', selected: ['a'] }]);
    await page.close();
  });

  it('logs a message that it does not know', async () => {
    const { page } = await withSample();
    await page.evaluate(() => window.postMessage({ type: 'nonsense' }, '*'));
    await page.waitForFunction(() => window.told.some(message => message.type === 'log'));
    assert.match((await told(page, 'log'))[0]!.message, /nonsense/);
    await page.close();
  });
});
