import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { WIDE } from '../unit/editor/wideNet';
import { codeLens, codeLensRows, editorLine, goTo, openFile, runCommand, screenshot, webviewFrame } from '../workbench/workbench.mjs';
import { writeFinishedRuns } from './finishedRuns';
import { sampleEditor } from './sampleEditor';

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>>;

/** English sentences of the page: what is too long to stand in a name or a number by chance, up to its first value. */
const sentences = Object.entries(json('l10n/bundle.l10n.de.json'))
  .filter(([english, german]) => english !== german)
  .map(([english]) => english.split('{')[0]!.trim())
  .filter(text => text.length > 15 && text.includes(' '));

describe('BoundLens in German', () => {
  let page: Page;
  const command = (name: string) => `BoundLens: ${json('package.nls.de.json')[`command.${name}`]!}`;
  const editor = sampleEditor({
    prepare(workspace) {
      writeFinishedRuns(workspace);
      writeFileSync(path.join(workspace, 'models/wide.py'), WIDE);
    },
    settings: { 'files.autoSave': 'off' },
    language: 'de',
  });
  before(() => {
    ({ page } = editor);
  });

  it('speaks German over a definition, at its layers and in its explanation', async () => {
    await codeLens(page, /^Übertragbarkeit: zertifiziert ≤ \.\d+ \(Test \.\d+\)/).waitFor();
    const [row = ''] = (await codeLensRows(page)).filter(text => text.includes('noch kein Lauf'));
    assert.match(
      row,
      /Parameter.*Übertragbarkeit: noch kein Lauf.*Schranke: nichtssagend.*Vortrainieren.*Feinabstimmen.*Vergleichen.*Panel/s,
    );
    await goTo(page, '62:8');
    await runCommand(page, command('explain'));
    const hover = page.locator('.monaco-hover').filter({ hasText: 'Schranke F2' }).first();
    await hover.getByText('Senken: Merkmale, deren Klassen weiter auseinanderliegen').first().waitFor();
    await screenshot(page, 'german-hover');
    await page.keyboard.press('Escape');
  });

  it('names problems and their fixes in German', async () => {
    await openFile(page, 'wide.py');
    await editorLine(page, /nn\.Linear\(8,\swidth\).*<1\s%\sder\sKapazität/).waitFor();
    await page.locator('.squiggly-info').first().waitFor();
    await goTo(page, '8:21');
    await page.keyboard.press('Control+.');
    await page.locator('.action-widget').getByText('Die Spektralnorm von wide auf 1 begrenzen').waitFor();
    await screenshot(page, 'german-light-bulb');
    await page.keyboard.press('Escape');
    await page.keyboard.press('F8');
    await page.getByText('Die Schranke folgt dieser Schicht.').first().waitFor();
    await page.keyboard.press('Escape');
  });

  it('shows a panel without an English sentence of its own', async () => {
    await runCommand(page, command('openPanel'));
    const panel = await webviewFrame(page, 'figure[aria-label="Hilft der Regularisierer?"] canvas');
    assert.equal(await panel.locator('html').getAttribute('lang'), 'de');
    await panel.getByText('39 Läufe: 38 fertig, 1 gescheitert').waitFor();
    await page.locator('.tab').filter({ hasText: 'BoundLens' }).click();
    await runCommand(page, 'View: Toggle Maximize Editor Group');
    for (const [tab, name] of [
      ['Übersicht', 'overview'],
      ['Darstellung', 'representation'],
      ['Vorhersagen', 'predictions'],
      ['Erfasste Merkmale', 'capture'],
    ] as const) {
      await panel.getByRole('tab', { name: tab }).click();
      await page.waitForTimeout(800);
      await screenshot(page, `german-panel-${name}`);
      const said = await panel
        .locator('body')
        .evaluate(body =>
          [
            (body as HTMLElement).innerText,
            ...[...body.querySelectorAll('[aria-label], [title]')].flatMap(one => [one.ariaLabel ?? '', one.getAttribute('title') ?? '']),
          ].join('\n'),
        );
      assert.deepEqual(
        sentences.filter(sentence => said.includes(sentence)),
        [],
        tab,
      );
    }
  });
});
