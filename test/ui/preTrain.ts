import type { Page } from 'playwright-core';
import { quickPick, runCommand } from '../workbench/workbench.mjs';

/** Pre-trains a study from the palette. Where something else takes the focus meanwhile, the list of studies closes: then it is asked for again. */
export async function preTrain(page: Page, study: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await runCommand(page, 'BoundLens: Pre-train…');
    try {
      await quickPick(page, study).click({ timeout: 15_000 });
      return;
    } catch (error) {
      if (attempt === 3) throw error;
      await page.keyboard.press('Escape');
    }
  }
}
