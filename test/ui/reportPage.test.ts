import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { reportPage } from '../../src/reporting/reportPage';
import { launchBrowser } from '../workbench/browser.mjs';
import { installWorkbench } from '../workbench/install.mjs';
import { screenshot } from '../workbench/workbench.mjs';
import { sampleSnapshot } from './panelSample';
import { eventually, settled } from './waiting';

describe('a saved report', () => {
  let folder: string;
  let context: BrowserContext;
  const problems: string[] = [];
  const requests: string[] = [];
  before(async () => {
    installWorkbench();
    folder = mkdtempSync(path.join(tmpdir(), 'boundlens-report-'));
    const html = reportPage(sampleSnapshot(), readFileSync('dist/panel.js', 'utf8'), 'The report in <plain> text.');
    writeFileSync(path.join(folder, 'report.html'), html);
    context = await launchBrowser(path.join(folder, 'profile'), { viewport: { width: 1180, height: 1240 } });
  });
  after(async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  async function opened(colorScheme: 'light' | 'dark'): Promise<Page> {
    const page = await context.newPage();
    await page.emulateMedia({ colorScheme });
    page.on('pageerror', error => problems.push(error.message));
    page.on('request', request => requests.push(request.url()));
    await page.goto(pathToFileURL(path.join(folder, 'report.html')).href);
    await page.getByRole('table', { name: 'Results by arm' }).waitFor();
    await page.getByRole('figure', { name: 'Training', exact: true }).locator('canvas').first().waitFor();
    return page;
  }

  for (const scheme of ['light', 'dark'] as const)
    it(`shows the study in a browser with ${scheme} colours and loads nothing`, async () => {
      const page = await opened(scheme);
      await screenshot(page, `report-${scheme}`);
      assert.deepEqual(problems, []);
      assert.deepEqual(
        requests.filter(url => !url.startsWith('file:') && !url.startsWith('data:') && !url.startsWith('blob:')),
        [],
      );
      await page.close();
    });

  it('offers nothing that only an editor can do', async () => {
    const page = await opened('light');
    for (const name of ['Pre-train…', 'Open Report', 'Stop'])
      assert.equal(await page.getByRole('button', { name }).isVisible(), false, name);
    await page.close();
  });

  it('draws the curves that a reader chooses', async () => {
    const page = await opened('light');
    const boxes = page.getByRole('checkbox');
    const checked = () =>
      boxes.evaluateAll(all =>
        all.map(box => box.getAttribute('aria-checked') ?? String((box as unknown as { checked: boolean }).checked)),
      );
    const before = await settled(page, checked);
    await boxes.first().click();
    await eventually(page, checked, after => !isDeepStrictEqual(after, before), 'another choice');
    await page.close();
  });
});
