/** The editor's colours and type as a chart needs them: resolved, because a canvas knows no CSS variables. */
export interface ChartTheme {
  readonly foreground: string;
  readonly muted: string;
  readonly grid: string;
  readonly background: string;
  readonly warning: string;
  /** Distinct colours for runs, in the order in which they are given out. */
  readonly series: readonly string[];
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly highContrast: boolean;
  readonly reducedMotion: boolean;
}

/** Yellow comes last: many themes have it close to their orange. */
const SERIES = [
  ...['blue', 'purple', 'green', 'orange', 'red'].map(name => `charts-${name}`),
  ...['terminal-ansiCyan', 'charts-foreground', 'charts-yellow'],
];

/** The colours of the theme that is in force now. */
export function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const body = document.body.classList;
  const variable = (name: string, other: string) => style.getPropertyValue(`--vscode-${name}`).trim() || other;
  const foreground = variable('foreground', style.color);
  return {
    foreground,
    muted: variable('descriptionForeground', foreground),
    grid: variable('widget-border', variable('editorWidget-border', foreground)),
    background: variable('editorWidget-background', variable('editor-background', 'Canvas')),
    warning: variable('editorWarning-foreground', foreground),
    series: SERIES.map(name => variable(name, foreground)),
    // The chart library writes it unescaped into attributes of exported pictures.
    fontFamily: variable('font-family', 'sans-serif').replaceAll('"', "'"),
    fontSize: parseFloat(variable('font-size', '13px')) - 1,
    highContrast: body.contains('vscode-high-contrast') || body.contains('vscode-high-contrast-light'),
    reducedMotion: body.contains('vscode-reduce-motion') || matchMedia('(prefers-reduced-motion: reduce)').matches,
  };
}

/** Calls back whenever the editor changes its theme. */
export function onThemeChange(listener: () => void): void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
}
