import type { Page } from 'playwright-core';
import { eventually } from './waiting';

/** What VS Code has saved of its editors, views among them, as it will find it after a reload; in a browser it lies in databases of the page. */
const savedEditors = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('the database cannot be read'));
      });
    const saved: unknown[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      if (!name.startsWith('vscode-web-state-db-')) continue;
      const database = await settled(indexedDB.open(name));
      for (const store of database.objectStoreNames)
        saved.push(await settled(database.transaction(store).objectStore(store).get('memento/workbench.parts.editor')));
      database.close();
    }
    return saved.join('\n');
  });

/**
 * Waits until VS Code has saved what a pattern finds. In a browser it does so every few seconds when idle, and not when a page is left.
 * The state of a view stands in it as JSON within JSON within JSON: patterns match it without quotes and backslashes.
 */
export async function savedState(page: Page, pattern: RegExp): Promise<void> {
  const plain = async () => (await savedEditors(page)).replace(/[\\"]/g, '');
  await eventually(page, plain, saved => pattern.test(saved), `a saved state with ${String(pattern)}`);
}
