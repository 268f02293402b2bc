import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { sampleSnapshot } from './panelSample';
import { PanelStage, say } from './panelStage';
import { themes } from './themes';

const MILLISECONDS = 2_000;

/** Fills the page's training chart with so many points, made in the page itself. */
async function fill(page: Page, points: number): Promise<void> {
  await say(page, { type: 'snapshot', snapshot: sampleSnapshot() });
  await page.evaluate(
    ({ snapshot, perCurve }) => {
      const series = Object.fromEntries(
        snapshot.selected.map(id => [
          id,
          ['reconstruction', 'holdOutLoss', 'regulariser', 'featureNorm'].map(name => ({
            name,
            phase: 'pre-training',
            steps: Array.from({ length: perCurve }, (_, at) => at),
            values: Array.from({ length: perCurve }, (_, at) => 0.4 + Math.exp(-at / perCurve) + 0.05 * Math.sin(at)),
          })),
        ]),
      );
      window.postMessage({ type: 'snapshot', snapshot: { ...snapshot, series } }, '*');
    },
    { snapshot: sampleSnapshot(), perCurve: Math.round(points / 12) },
  );
  await page.getByRole('img', { name: new RegExp(`at step ${(Math.round(points / 12) - 1).toLocaleString('en-US')}`) }).waitFor();
}

/** Frames painted while ten deltas a second arrive and the pointer moves over the chart. */
const frames = (page: Page, from: number): Promise<number> =>
  page.evaluate(
    async ({ ids, from: start, milliseconds }) => {
      const canvas = document.querySelector<HTMLElement>('figure[aria-label=Training] canvas')!;
      const box = canvas.getBoundingClientRect();
      const began = performance.now();
      let [painted, sent] = [0, 0];
      while (performance.now() - began < milliseconds) {
        await new Promise(requestAnimationFrame);
        painted++;
        const place = { clientX: box.left + 80 + ((painted * 7) % (box.width - 120)), clientY: box.top + 60, bubbles: true };
        canvas.dispatchEvent(new MouseEvent('mousemove', place));
        if ((performance.now() - began) / 100 < sent) continue;
        const step = start + sent++;
        const added = { name: 'reconstruction', phase: 'pre-training', steps: [step], values: [0.4] };
        window.postMessage({ type: 'metrics', series: Object.fromEntries(ids.map(id => [id, [added]])) }, '*');
      }
      return painted;
    },
    { ids: sampleSnapshot().selected, from, milliseconds: MILLISECONDS },
  );

describe('a million points in the panel', () => {
  let stage: PanelStage;
  before(async () => {
    stage = await PanelStage.open();
  });
  after(() => stage.close());

  it('leave it about as smooth as ten thousand do', async function () {
    const { page, problems } = await stage.page(themes.dark);
    await fill(page, 12_000);
    const few = await frames(page, 1_000);
    await fill(page, 1_000_000);
    const many = await frames(page, 90_000);
    console.log(`    frames in ${MILLISECONDS / 1000} s: ${few} with 12 thousand points, ${many} with a million`);
    assert.ok(many >= few / 2, `${many} frames against ${few}`);
    assert.deepEqual(problems, []);
    await page.close();
  });
});
