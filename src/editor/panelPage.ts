import type { Translations } from '../common/translation';
import { TEXTS_ELEMENT } from '../reporting/pageTexts';

/** What the panel's page is made of. */
export interface PanelPage {
  /** Address of `dist/panel.js` as the page may load it. */
  readonly script: string;
  /** Where the webview's own resources come from. */
  readonly cspSource: string;
  /** Unguessable, new for every page: only what carries it is run. */
  readonly nonce: string;
  /** The language that its texts are in, and these where that is not English. */
  readonly language?: string;
  readonly texts?: Translations;
}

/**
 * The page's HTML: nothing is loaded but the one script. The script finds its nonce in `document.currentScript.nonce` for the style sheet it adds;
 * style attributes (chart tooltips) are allowed, since they can neither load nor run anything under this policy.
 */
export function panelPage({ script, cspSource, nonce, language = 'en', texts = {} }: PanelPage): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `style-src-attr 'unsafe-inline'`,
    `img-src ${cspSource} data:`,
    `font-src ${cspSource}`,
  ].join('; ');
  const isEnglish = Object.keys(texts).length === 0;
  const data = JSON.stringify(texts).replaceAll('<', '\\u003c');
  const element = isEnglish ? '' : `<script type="application/json" nonce="${nonce}" id="${TEXTS_ELEMENT}">${data}</script>\n    `;
  return `<!doctype html>
<html lang="${isEnglish ? 'en' : language}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>BoundLens</title>
  </head>
  <body>
    <main id="panel"></main>
    ${element}<script nonce="${nonce}" src="${script}"></script>
  </body>
</html>
`;
}
