import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { ExportedFile } from '../../src/reporting/panelMessages';
import { sweptSnapshot } from './panelSample';
import { PanelStage, say, told } from './panelStage';
import { themes } from './themes';

/** Every figure of the page: on which tab, and what its data begin with. */
const FIGURES = [
  { tab: 'Overview', title: 'What the bound is made of', columns: 'arm,term,value,evidence' },
  { tab: 'Overview', title: 'Does the regulariser help?', columns: 'arm,regulariser,lambda,quantity,mean,low (95 %),high (95 %),seeds' },
  { tab: 'Overview', title: 'Training', columns: 'curve,run,held out,step,value' },
  { tab: 'Representation', title: 'Reconstructions', columns: 'image,mean squared error' },
  { tab: 'Representation', title: 'Spectrum of the decoder', columns: 'run,place,singular value' },
  { tab: 'Representation', title: 'Capacity per layer', columns: 'layer,tensor,line,share,initial spectral norm' },
  { tab: 'Representation', title: 'Spectral norms in training', columns: 'run,matrix,first,last' },
  { tab: 'Predictions', title: 'Estimate against outcome', columns: 'arm,F2 total,probe accuracy' },
  { tab: 'Predictions', title: 'Which estimates rank the arms rightly', columns: 'estimate,kind,outcome,arms,tau' },
  { tab: 'Predictions', title: 'Accuracy by number of labels', columns: 'arm,mode,labels,mean accuracy,low (95 %),high (95 %),seeds' },
  { tab: 'Feature capture', title: 'Feature capture', columns: 'seed,arm,phase,step,kernel,feature,correlation' },
] as const;

const ITEMS = { svg: 'Picture (SVG)', png: 'Picture (PNG)', csv: 'Data (CSV)', json: 'Data (JSON)' } as const;

async function exported(page: Page, title: string, format: keyof typeof ITEMS): Promise<ExportedFile> {
  const before = (await told(page, 'export')).length;
  const figure = page.getByRole('figure', { name: title, exact: true });
  await figure.getByRole('button', { name: `Export ${title}` }).click();
  await figure.getByRole('menuitem', { name: ITEMS[format] }).click();
  await page.waitForFunction(count => window.told.filter(message => message.type === 'export').length > count, before);
  return (await told(page, 'export')).at(-1)!.file;
}

describe('what the panel exports', () => {
  let stage: PanelStage;
  let page: Page;
  let problems: readonly string[];
  before(async () => {
    stage = await PanelStage.open();
    ({ page, problems } = await stage.page(themes.light));
    await say(page, { type: 'snapshot', snapshot: sweptSnapshot() });
  });
  after(() => stage.close());

  for (const { tab, title, columns } of FIGURES)
    it(`${title}: a picture as SVG and PNG, its numbers as CSV and JSON`, async () => {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('figure', { name: title, exact: true }).locator('canvas').first().waitFor();

      const svg = await exported(page, title, 'svg');
      assert.match(svg.name, /^fashion-t-shirt-or-coat-[a-z-]+\.svg$/);
      const drawn = await page.evaluate(text => {
        const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
        return {
          fault: parsed.querySelector('parsererror')?.textContent,
          title: parsed.querySelector('title')?.textContent,
          shapes: parsed.querySelectorAll('path,rect,image,line,circle').length,
        };
      }, svg.content);
      assert.deepEqual({ fault: drawn.fault, title: drawn.title }, { fault: undefined, title });
      assert.ok(drawn.shapes > 5, `${drawn.shapes} shapes`);
      assert.doesNotMatch(svg.content, /NaN|undefined/);

      const png = Buffer.from((await exported(page, title, 'png')).content, 'base64');
      assert.equal(png.subarray(1, 4).toString('latin1'), 'PNG');
      assert.ok(png.readUInt32BE(16) >= 840, 'twice the width of the chart');
      assert.ok(png.length > 5_000, 'more than a bare background');

      const csv = await exported(page, title, 'csv');
      const [head, first, ...others] = csv.content.split('\r\n');
      assert.equal(head, columns);
      assert.ok(first && others.length >= 2, 'a few rows');

      const json = JSON.parse((await exported(page, title, 'json')).content) as { title: string; summary: string; rows: object[] };
      assert.equal(json.title, title);
      assert.equal(json.rows.length, csv.content.trimEnd().split('\r\n').length - 1);
      assert.deepEqual(Object.keys(json.rows[0]!).join(','), columns);
    });

  it('leaves the page without a complaint of the browser', () => assert.deepEqual(problems, []));

  it('asks the host for the page as one file', async () => {
    await page.getByRole('button', { name: 'Export Report…' }).click();
    assert.deepEqual(await told(page, 'exportReport'), [{ type: 'exportReport' }]);
  });
});
