import type { PanelSnapshot } from './panelMessages';

/** Where the page looks for its data when no editor speaks to it (webview/panel.ts). */
export const SNAPSHOT_ELEMENT = 'boundlens-snapshot';

/** The report is one file that holds all it needs: wherever it is opened, it loads nothing and sends nothing. */
const REPORT_POLICY = `default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'`;

/** Colours of the editor's light and dark default themes, for the variables that the page uses. */
const THEMES = {
  light: {
    'editor-background': '#ffffff',
    'editor-foreground': '#3b3b3b',
    foreground: '#3b3b3b',
    descriptionForeground: '#5f5f5f',
    'panel-border': '#d4d4d4',
    'widget-border': '#d4d4d4',
    'editorWidget-background': '#f8f8f8',
    focusBorder: '#005fb8',
    'textLink-foreground': '#005fb8',
    errorForeground: '#c72e2e',
    'charts-blue': '#1a6fc4',
    'charts-purple': '#8b5aa8',
    'charts-green': '#2f8f4e',
    'charts-orange': '#b8651b',
    'charts-red': '#c72e2e',
    'charts-yellow': '#9a7500',
    'charts-foreground': '#3b3b3b',
    'charts-lines': '#8a8a8a',
    'button-background': '#005fb8',
    'button-foreground': '#ffffff',
    'button-secondaryBackground': '#e5e5e5',
    'button-secondaryForeground': '#3b3b3b',
    'button-secondaryHoverBackground': '#cccccc',
    'button-hoverBackground': '#0258a8',
    'checkbox-background': '#ffffff',
    'checkbox-border': '#8a8a8a',
    'checkbox-foreground': '#3b3b3b',
    'dropdown-background': '#ffffff',
    'dropdown-border': '#cecece',
    'dropdown-foreground': '#3b3b3b',
    'list-hoverBackground': '#f0f0f0',
    'progressBar-background': '#005fb8',
    'editorWarning-foreground': '#bf8803',
    'terminal-ansiCyan': '#0598bc',
  },
  dark: {
    'editor-background': '#1f1f1f',
    'editor-foreground': '#cccccc',
    foreground: '#cccccc',
    descriptionForeground: '#9d9d9d',
    'panel-border': '#3c3c3c',
    'widget-border': '#3c3c3c',
    'editorWidget-background': '#262626',
    focusBorder: '#0078d4',
    'textLink-foreground': '#4daafc',
    errorForeground: '#f88070',
    'charts-blue': '#4daafc',
    'charts-purple': '#c586c0',
    'charts-green': '#73c991',
    'charts-orange': '#e2a36b',
    'charts-red': '#f88070',
    'charts-yellow': '#d7ba7d',
    'charts-foreground': '#cccccc',
    'charts-lines': '#6e7681',
    'button-background': '#0078d4',
    'button-foreground': '#ffffff',
    'button-secondaryBackground': '#313131',
    'button-secondaryForeground': '#cccccc',
    'button-secondaryHoverBackground': '#3c3c3c',
    'button-hoverBackground': '#026ec1',
    'checkbox-background': '#313131',
    'checkbox-border': '#8a8a8a',
    'checkbox-foreground': '#cccccc',
    'dropdown-background': '#313131',
    'dropdown-border': '#3c3c3c',
    'dropdown-foreground': '#cccccc',
    'list-hoverBackground': '#2a2d2e',
    'progressBar-background': '#0078d4',
    'editorWarning-foreground': '#cca700',
    'terminal-ansiCyan': '#11a8cd',
  },
} as const;

const variables = (theme: Readonly<Record<string, string>>): string =>
  Object.entries(theme)
    .map(([name, colour]) => `--vscode-${name}:${colour}`)
    .join(';');

/**
 * One self-contained HTML file: the panel's page with its data inside, in the reader's light or dark colours. It loads nothing.
 * @param script contents of dist/panel.js
 * @param text the report in plain text, for readers without scripts and for searching
 */
export function reportPage(snapshot: PanelSnapshot, script: string, text: string): string {
  const fonts = '--vscode-font-family:system-ui,sans-serif;--vscode-font-size:13px;--vscode-editor-font-family:ui-monospace,monospace';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${REPORT_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>BoundLens · ${escapeHtml(snapshot.study ?? 'report')}</title>
<style>
:root{${fonts};${variables(THEMES.light)}}
@media (prefers-color-scheme: dark){:root{${variables(THEMES.dark)}}}
body{margin:0;background:var(--vscode-editor-background);color:var(--vscode-foreground);font-family:var(--vscode-font-family);font-size:var(--vscode-font-size)}
</style>
</head>
<body>
<noscript><pre>${escapeHtml(text)}</pre></noscript>
<script type="application/json" id="${SNAPSHOT_ELEMENT}">${JSON.stringify(snapshot).replaceAll('<', '\\u003c')}</script>
<script>${script.replaceAll('</script', '<\\/script')}</script>
</body>
</html>
`;
}

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A report from a workspace, where anybody may have written it, for an editor tab: the policy of reports comes before all of it, and no later one loosens it. */
export const guardedReport = (html: string): string =>
  `<!doctype html><meta http-equiv="Content-Security-Policy" content="${REPORT_POLICY}">${html}`;
