import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { screenshot } from '../workbench/workbench.mjs';

const FOLDER = 'out/screenshots';

/** Frames of the animated picture of the README: out/screenshots/film-NUMBER-MILLISECONDS.png ("npm run pictures" joins them). */
export class Film {
  private count = 0;

  /** Begins anew: frames of an earlier film are removed. */
  constructor(private readonly page: Page) {
    mkdirSync(FOLDER, { recursive: true });
    for (const name of readdirSync(FOLDER)) if (/^film-.*\.png$/.test(name)) rmSync(path.join(FOLDER, name));
  }

  /** Takes what is in view as the next frame, shown for so long. */
  async take(milliseconds: number): Promise<void> {
    await screenshot(this.page, `film-${String(this.count++).padStart(2, '0')}-${milliseconds}`);
  }
}
