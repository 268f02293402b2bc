import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';

/** Looks again until it sees what is wanted, and returns it; fails with what it saw last after a minute. */
export async function eventually<T>(page: Page, look: () => Promise<T>, isWanted: (seen: T) => boolean, what: string): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const seen = await look();
    if (isWanted(seen)) return seen;
    if (attempt === 600) assert.fail(`${what} did not come; last seen: ${JSON.stringify(seen).slice(0, 200)}`);
    await page.waitForTimeout(100);
  }
}

/** What is seen once it no longer changes: twice the same, a third of a second apart. */
export async function settled<T>(page: Page, look: () => Promise<T>): Promise<T> {
  let before: T | undefined;
  return eventually(
    page,
    async () => {
      await page.waitForTimeout(300);
      return look();
    },
    seen => {
      const isSame = isDeepStrictEqual(seen, before);
      before = seen;
      return isSame;
    },
    'an end of what changes',
  );
}
