import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { HostMessage, PageMessage } from '../../src/reporting/panelMessages';
import { panelPage } from '../../src/editor/panelPage';
import { launchBrowser } from '../workbench/browser.mjs';
import { installWorkbench } from '../workbench/install.mjs';
import type { themes } from './themes';

const ORIGIN = 'https://panel.test';

type Theme = (typeof themes)[keyof typeof themes];

/** What the page sees of VS Code. */
declare global {
  interface Window {
    told: PageMessage[];
    state: unknown;
    acquireVsCodeApi: () => unknown;
  }
}

/**
 * A browser that shows the panel's page as VS Code does: the same HTML, the same content security policy, a theme's variables,
 * and in the host's place a test that says what the host would say.
 */
export class PanelStage {
  private constructor(
    private readonly profile: string,
    private readonly context: BrowserContext,
  ) {}

  static async open(): Promise<PanelStage> {
    installWorkbench();
    const profile = mkdtempSync(path.join(tmpdir(), 'boundlens-panel-'));
    return new PanelStage(profile, await launchBrowser(profile, { viewport: { width: 1180, height: 900 } }));
  }

  /** A fresh page in a theme; `problems` collects what the browser complains of. */
  async page(theme: Theme, remembered?: unknown): Promise<{ readonly page: Page; readonly problems: readonly string[] }> {
    const page = await this.context.newPage();
    const problems: string[] = [];
    page.on('pageerror', error => problems.push(error.message));
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    await page.route(`${ORIGIN}/**`, route => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/panel.js') return route.fulfill({ contentType: 'text/javascript', body: readFileSync('dist/panel.js') });
      if (pathname !== '/') return route.fulfill({ status: 204 });
      const html = inTheme(panelPage({ script: `${ORIGIN}/panel.js`, cspSource: ORIGIN, nonce: 'a-nonce' }), theme);
      return route.fulfill({ contentType: 'text/html', body: html });
    });
    await page.addInitScript(actLikeVsCode, remembered);
    await page.goto(`${ORIGIN}/`);
    await page.waitForFunction(() => window.told.some(message => message.type === 'ready'));
    return { page, problems };
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** The page with a theme's colours where VS Code puts them: variables on the root, the kind of theme on the body. */
function inTheme(html: string, { body, variables }: Theme): string {
  const style = Object.entries({ ...variables, 'font-family': 'system-ui, &quot;Ubuntu&quot;, sans-serif', 'font-size': '13px' })
    .map(([name, value]) => `--vscode-${name}: ${value}`)
    .join('; ');
  return html.replace('<html ', `<html style="${style}" `).replace('<body>', `<body class="${body} vscode-reduce-motion">`);
}

/** Runs in the page, before its own script. */
function actLikeVsCode(remembered: unknown): void {
  window.told = [];
  window.state = remembered;
  window.acquireVsCodeApi = () => ({
    postMessage: (message: PageMessage) => window.told.push(message),
    getState: () => window.state,
    setState: (state: unknown) => (window.state = state),
  });
}

/** Says something to the page in the host's place. */
export async function say(page: Page, message: HostMessage): Promise<void> {
  await page.evaluate(data => window.postMessage(data, '*'), message);
}

/** What the page said to the host, of one kind. */
export async function told<Type extends PageMessage['type']>(page: Page, type: Type): Promise<Extract<PageMessage, { type: Type }>[]> {
  const messages = await page.evaluate(() => window.told);
  return messages.filter((message): message is Extract<PageMessage, { type: Type }> => message.type === type);
}
