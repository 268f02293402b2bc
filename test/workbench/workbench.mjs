// What a test does in VS Code, in the words of a person: open it, run a command, find a lens, look into a webview.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_TIMEOUT, launchBrowser } from './browser.mjs';
import { projectRoot } from './root.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Frame} Frame */

/**
 * Opens a folder, and a file in it, in a browser.
 * @param {import('./server.mjs').Server} server
 * @param {{ folder: string, file?: string, line?: number, language?: string }} what absolute paths; the line, from 1, is brought into view; the language
 * that VS Code takes for its own and hands to extensions, as one with a language pack would: its own texts stay English
 * @returns {Promise<{ page: Page, close: () => Promise<void> }>}
 */
export async function openWorkbench(server, { folder, file, line = 1, language }) {
  const context = await launchBrowser(path.join(server.folder, 'browser'));
  if (language)
    await context.addInitScript(name => {
      Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { get: () => name, set: () => undefined });
    }, language);
  const page = context.pages()[0] ?? (await context.newPage());
  const place = [
    ['openFile', `vscode-remote://${server.authority}${file}:${line}:1`],
    ['gotoLineMode', 'true'],
  ];
  const payload = [['skipWelcome', 'true'], ...(file ? place : [])];
  await page.goto(workbenchUrl(server, folder, payload), { waitUntil: 'domcontentloaded' });
  await page.locator('.monaco-workbench .part.statusbar').waitFor();
  if (file) await page.locator('.editor-instance .monaco-editor .view-lines').first().waitFor();
  return { page, close: () => context.close() };
}

/**
 * The address that opens a folder with a payload: what a desktop VS Code takes as arguments.
 * @param {import('./server.mjs').Server} server
 * @param {string} folder
 * @param {string[][]} payload
 */
export function workbenchUrl(server, folder, payload) {
  return `${server.url}/?${new URLSearchParams({ folder, payload: JSON.stringify(payload) }).toString()}`;
}

/**
 * Does what needs the quick input, from what opens it to what accepts it; begins anew where something else takes the focus meanwhile, which closes it.
 * @template T
 * @param {Page} page
 * @param {() => Promise<T>} steps may be done again
 * @returns {Promise<T>}
 */
export async function inQuickInput(page, steps) {
  page.setDefaultTimeout(10_000);
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await steps();
      } catch (error) {
        if (attempt === 8) throw error;
        await page.keyboard.press('Escape');
      }
    }
  } finally {
    page.setDefaultTimeout(DEFAULT_TIMEOUT);
  }
}

/**
 * Runs a command from the palette; waits for commands that come a moment after the workbench.
 * @param {Page} page
 * @param {string} title as the palette shows it, as `BoundLens: Open Panel`
 */
export async function runCommand(page, title) {
  await inQuickInput(page, () => chooseCommand(page, title));
}

/** @param {Page} page @param {string} title */
async function chooseCommand(page, title) {
  await page.keyboard.press('F1');
  await quickInput(page).fill(`>${title}`);
  await quickPick(page, title).click();
}

/**
 * Runs a command that lets choose, and chooses.
 * @param {Page} page
 * @param {string} title
 * @param {string | RegExp} choice
 * @param {string} [search] written first, where the list is long
 */
export async function runAndPick(page, title, choice, search) {
  await inQuickInput(page, async () => {
    await chooseCommand(page, title);
    if (search) await quickInput(page).fill(search);
    await quickPick(page, choice).click();
  });
}

/**
 * Runs a command that asks for a text, and writes it; the field stays open.
 * @param {Page} page
 * @param {string} title
 * @param {string | RegExp} placeholder of the field that it opens
 * @param {string} text
 */
export async function runAndWrite(page, title, placeholder, text) {
  await inQuickInput(page, async () => {
    await chooseCommand(page, title);
    await page.getByPlaceholder(placeholder).fill(text);
  });
}

/**
 * Opens a file of the workspace by its name.
 * @param {Page} page
 * @param {string} name
 * @param {number} [line] from 1, the line that is brought into view
 */
export async function openFile(page, name, line) {
  await inQuickInput(page, async () => {
    await page.keyboard.press('Control+P');
    await quickInput(page).fill(line === undefined ? name : `${name}:${line}`);
    await quickPick(page, name).click();
    await page.locator('.tab.active').filter({ hasText: name }).waitFor();
  });
}

/**
 * Puts the cursor at a place of the open file, and its line into the middle.
 * @param {Page} page
 * @param {string} place line and column from 1, as `62:8`
 */
export async function goTo(page, place) {
  await inQuickInput(page, async () => {
    await page.keyboard.press('Control+G');
    await quickInput(page).fill(`:${place}`);
    await quickInput(page).press('Enter');
    await quickInput(page).waitFor({ state: 'hidden' });
  });
}

/** The field of the quick input that is open. @param {Page} page */
export function quickInput(page) {
  return page.locator('.quick-input-widget:not([style*="display: none"]) .quick-input-box input');
}

/** A row of the quick input's list. @param {Page} page @param {string | RegExp} text */
export function quickPick(page, text) {
  return page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
}

/** A code lens in view. @param {Page} page @param {string | RegExp} text */
export function codeLens(page, text) {
  return page.locator('.codelens-decoration > :is(a, span)').filter({ hasText: text, visible: true }).first();
}

/** The text of every row of code lenses in view, top to bottom. @param {Page} page @returns {Promise<string[]>} */
export function codeLensRows(page) {
  return page.locator('.codelens-decoration').filter({ visible: true }).allInnerTexts();
}

/** A line of the editor's text, inlay hints included. @param {Page} page @param {string | RegExp} text */
export function editorLine(page, text) {
  const spaced = typeof text === 'string' ? new RegExp(escapeExpression(text).replace(/ /g, '[ \u00a0]')) : text;
  return page.locator('.view-lines .view-line').filter({ hasText: spaced }).first();
}

/** A notification. @param {Page} page @param {string | RegExp} text */
export function notification(page, text) {
  return page.locator('.notification-list-item').filter({ hasText: text }).first();
}

/** An item of the status bar. @param {Page} page @param {string | RegExp} text */
export function statusBarItem(page, text) {
  return page.locator('.part.statusbar .statusbar-item').filter({ hasText: text }).first();
}

/** A row of a tree in the side bar. @param {Page} page @param {string | RegExp} text */
export function treeRow(page, text) {
  return page.locator('.part.sidebar .monaco-list-row').filter({ hasText: text }).first();
}

/**
 * The inner frame of the webview that has an element; waits for it.
 * @param {Page} page
 * @param {string} selector
 * @returns {Promise<Frame>}
 */
export async function webviewFrame(page, selector, timeout = 60_000) {
  const seen = new Set();
  for (let waited = 0; waited < timeout; waited += 100) {
    for (const frame of page.frames().filter(one => one.url().includes('/webview/browser/pre/fake.html'))) {
      seen.add(frame.url());
      const found = await frame
        .locator(selector)
        .count()
        .catch(() => 0); // the frame is being replaced
      if (found > 0) return frame;
    }
    await page.waitForTimeout(100);
  }
  throw new Error(`No webview shows ${selector} (${seen.size} webviews looked into).`);
}

/**
 * Saves what is in view as out/screenshots/NAME.png.
 * @param {Page} page
 * @param {string} name
 */
export async function screenshot(page, name) {
  const folder = path.join(projectRoot, 'out/screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

/** @param {string} text */
function escapeExpression(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
