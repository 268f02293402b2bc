import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { stopStudy } from '../../src/editor/studyProcess';
import { writeSmallStudy } from '../ui/studies';
import { copySample, startServer } from '../workbench/server.mjs';
import { codeLens, goTo, openWorkbench, runAndPick, runCommand, statusBarItem } from '../workbench/workbench.mjs';
import { budgetRow, median, type Row } from './benchmark';
import { editedPlace } from './keystrokes';

/** Keystrokes that are waited for one by one, and those that follow each other as a fast typist's do. */
const AWAITED = 20;
const TYPED = 60;
const KEYSTROKE_MS = 100;
/** How long a training run is looked at, and the host alone. */
const TRAINING_MS = 15_000;
const IDLE_MS = 5_000;
/** The 99th percentile that the delay of the event loop may reach beyond that of an idle host. */
const DELAY_BUDGET_MS = 20;
/** The second up to which thought is not interrupted; 150 ms of it are the delay that the settings give, 250 the least that VS Code waits before it asks again. */
const LENS_BUDGET_MS = 1_000;
const STUDY = 'Bench';

/**
 * The same in a real VS Code: from a key to the changed lens on the screen, and how late the event loop of its extension host is while a long file is
 * edited and while a run trains. No row where the packaged VS Code does not run.
 */
export async function inVsCode(text: string, progress: (line: string) => void): Promise<readonly Row[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return [];
  progress('a real VS Code: keystrokes in a long file, then a run that trains …');
  const folder = mkdtempSync(path.join(tmpdir(), 'boundlens-bench-'));
  const workspace = copySample(folder);
  const file = path.join(workspace, 'models/long.py');
  const told = path.join(folder, 'probe.json');
  writeFileSync(file, text);
  writeSmallStudy(workspace, STUDY, 1_000_000);
  const server = await startServer({
    extensions: [process.cwd(), 'test/fixtures/extensions/hostProbe'],
    settings: { 'editor.minimap.enabled': false },
    env: { BOUNDLENS_HOST_PROBE: told },
  });
  try {
    const { line, column } = editedPlace(text);
    const { page, close } = await openWorkbench(server, { folder: workspace, file, line });
    try {
      const delayWhile = async (work: () => Promise<unknown>): Promise<number> => {
        await runCommand(page, 'Host Probe: Begin');
        await work();
        rmSync(told, { force: true });
        await runCommand(page, 'Host Probe: End');
        for (let look = 0; look < 100; look++) {
          const found = answer(told);
          if (found !== undefined) return found;
          await page.waitForTimeout(100);
        }
        throw new Error('The probe in the extension host does not answer.');
      };
      await codeLens(page, /parameters/).waitFor();
      await page.waitForTimeout(IDLE_MS);
      const idle = await delayWhile(() => page.waitForTimeout(IDLE_MS));
      await goTo(page, `${line}:${column}`);
      const shown: number[] = [];
      for (let stroke = 0; stroke < AWAITED; stroke++) shown.push(await lensAfter(page, keyOf(stroke)));
      const edited = await delayWhile(() => type(page, `${line}:${column}`));
      await runAndPick(page, 'BoundLens: Pre-train…', STUDY);
      await statusBarItem(page, /BoundLens 0\/1/).waitFor();
      const trained = await delayWhile(() => page.waitForTimeout(TRAINING_MS));
      return [
        budgetRow('key to the changed lens on the screen of VS Code, its delays included, median', 'ms', median(shown), LENS_BUDGET_MS),
        budgetRow(
          'event loop delay p99 of VS Code’s extension host while the file is edited',
          'ms',
          Math.max(0, edited - idle),
          DELAY_BUDGET_MS,
        ),
        budgetRow(
          'event loop delay p99 of VS Code’s extension host while a run trains',
          'ms',
          Math.max(0, trained - idle),
          DELAY_BUDGET_MS,
        ),
      ];
    } finally {
      await close();
    }
  } finally {
    await server.stop();
    await stopStudy(path.join(workspace, '.boundlens/runs', STUDY));
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** A digit behind a number of the definition, and away again: every keystroke changes what the lens says. */
const keyOf = (stroke: number): string => (stroke % 2 === 0 ? '1' : 'Backspace');

async function type(page: Page, place: string): Promise<void> {
  await goTo(page, place);
  for (let stroke = 0; stroke < TYPED; stroke++) {
    await page.keyboard.press(keyOf(stroke));
    await page.waitForTimeout(KEYSTROKE_MS);
  }
}

/** Milliseconds from a key to another text of the lenses in view, by the clock of the page. */
async function lensAfter(page: Page, key: string): Promise<number> {
  const took = page.evaluate(
    () =>
      new Promise<number>(resolve => {
        const lenses = () => [...document.querySelectorAll('.codelens-decoration')].map(lens => lens.textContent).join('\n');
        const before = lenses();
        let begin = Infinity;
        window.addEventListener('keydown', () => (begin = performance.now()), { capture: true, once: true });
        const observer = new MutationObserver(() => {
          const now = lenses();
          if (now === before || !now.includes('parameters')) return;
          observer.disconnect();
          resolve(performance.now() - begin);
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
  );
  await page.waitForTimeout(300);
  await page.keyboard.press(key);
  return took;
}

/** What the probe wrote, once it is there whole. */
function answer(file: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { p99: number }).p99;
  } catch {
    return undefined;
  }
}
