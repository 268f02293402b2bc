import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { sweptSnapshot } from './panelSample';
import { PanelStage, say, told } from './panelStage';
import { themes } from './themes';
import { eventually, settled } from './waiting';

const TABS = ['Overview', 'Representation', 'Predictions', 'Feature capture'] as const;
const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

/** What axe finds that is serious or worse: rule, and the elements it is about. */
async function violations(page: Page): Promise<readonly string[]> {
  // Through the debugger, so that the content security policy of the page need not let it in.
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(node => `${node.target.join(' ')} (${node.any[0]?.message ?? ''})`).join('; ')}`);
}

describe("the panel's page for everyone", () => {
  let stage: PanelStage;
  before(async () => {
    stage = await PanelStage.open();
  });
  after(() => stage.close());

  for (const [name, theme] of Object.entries(themes))
    it(`has nothing that axe calls serious in a ${name} theme, on any tab, with an open menu and as tables`, async () => {
      const { page } = await stage.page(theme);
      await say(page, { type: 'snapshot', snapshot: sweptSnapshot() });
      for (const tab of TABS) {
        await page.getByRole('tab', { name: tab }).click();
        await page.getByRole('tabpanel', { name: tab }).locator('canvas').first().waitFor();
        await page
          .getByRole('button', { name: /^Export / })
          .last()
          .click();
        assert.deepEqual(await violations(page), [], tab);
        await page.keyboard.press('Escape');
        for (const toggle of await page.getByRole('button', { name: /^Show as table/ }).all()) await toggle.click();
        assert.deepEqual(await violations(page), [], `${tab} as tables`);
      }
      await page.close();
    });

  it('can be used with the keyboard alone: tabs, menus, values, links, tables', async () => {
    const { page } = await stage.page(themes.dark);
    await say(page, { type: 'snapshot', snapshot: sweptSnapshot() });
    const focused = () =>
      page.evaluate(() => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        const host = document.activeElement;
        return host?.getAttribute('aria-label') ?? host?.textContent.trim() ?? '';
      });
    const tabTo = async (wanted: RegExp) => {
      for (let press = 0; press < 80; press++) {
        await page.keyboard.press('Tab');
        if (wanted.test(await focused())) return;
      }
      assert.fail(`Tab never reaches ${wanted.source}`);
    };
    await page.getByRole('tab', { name: 'Overview' }).waitFor();
    await tabTo(/^Overview$/);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('figure', { name: 'Capacity per layer' }).locator('canvas').waitFor();

    await tabTo(/^Export Capacity per layer$/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowUp');
    assert.equal(await focused(), 'Data (JSON)');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    const [file] = await told(page, 'export');
    assert.match(file!.file.name, /capacity-per-layer\.csv$/);
    assert.equal(await focused(), 'Export Capacity per layer');

    await page.keyboard.press('Tab');
    assert.match(await focused(), /^Share of the log covering number/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const figure = page.getByRole('figure', { name: 'Capacity per layer' });
    assert.match(await figure.locator('[aria-live]').innerText(), /^blocks\.0\.attn\.qkv, share of capacity 22\.0 %, spectral norm/);
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    assert.equal(ring, 'solid', 'the focus can be seen');
    await page.keyboard.press('Enter');
    assert.deepEqual(await told(page, 'openSource'), [{ type: 'openSource', file: '/sample/models/mae.py', line: 51 }]);
    await page.close();
  });

  it('follows a clicked bar to the line that it stands for', async () => {
    const { page } = await stage.page(themes.dark);
    await say(page, { type: 'snapshot', snapshot: sweptSnapshot() });
    await page.getByRole('tab', { name: 'Representation' }).click();
    const canvas = page.getByRole('figure', { name: 'Capacity per layer' }).locator('canvas');
    await canvas.waitFor();
    await settled(page, () => canvas.screenshot());
    const box = (await canvas.boundingBox())!;
    await canvas.click({ position: { x: box.width * 0.27, y: 14 } });
    const messages = await eventually(
      page,
      () => told(page, 'openSource'),
      sent => sent.length > 0,
      'a message',
    );
    assert.deepEqual(messages, [{ type: 'openSource', file: '/sample/models/mae.py', line: 50 }]);
    await page.close();
  });

  it('does not move where the reader wants no motion', async () => {
    const { page } = await stage.page(themes.dark);
    await say(page, { type: 'snapshot', snapshot: sweptSnapshot() });
    await page.getByRole('figure', { name: 'What the bound is made of' }).locator('canvas').waitFor();
    const moving = await page.evaluate(() => document.getAnimations().filter(one => one.playState === 'running').length);
    assert.equal(moving, 0);
    await page.close();
  });
});
