import type { FormulaId } from '../../theory/formulaIds';

/** Formulas as the build drew them: an SVG each, in `currentColor`, with its size in pixels; it refers to outlines of letters that all share. */
export interface DrawnFormulas {
  readonly outlines: Readonly<Record<string, string>>;
  readonly formulas: Readonly<Partial<Record<FormulaId, { readonly svg: string; readonly width: number; readonly height: number }>>>;
}

/** The kinds of colour themes. */
export type ThemeKind = 'light' | 'dark' | 'high contrast' | 'high contrast light';

/** What a hover writes its text in, by kind of theme; it has no way to hand its own colour to a picture. */
const COLOURS: Readonly<Record<ThemeKind, string>> = {
  light: '#3b3b3b',
  dark: '#cccccc',
  'high contrast': '#ffffff',
  'high contrast light': '#292929',
};

/**
 * The picture of a formula in Markdown, in the colour of a theme's text; `plain` stands for it where pictures are not shown.
 * Undefined for a formula that was not drawn.
 */
export function formulaPicture(drawn: DrawnFormulas, id: FormulaId, plain: string, theme: ThemeKind): string | undefined {
  const formula = drawn.formulas[id];
  if (!formula) return undefined;
  const { svg, width, height } = formula;
  const letters = [...new Set([...svg.matchAll(/href="#([^"]+)"/g)].map(([, letter]) => letter!))];
  const outlines = letters.map(letter => `<path id="${letter}" d="${drawn.outlines[letter] ?? ''}"/>`).join('');
  const whole = svg.replace('>', `><defs>${outlines}</defs>`).replaceAll('currentColor', COLOURS[theme]);
  const data = `data:image/svg+xml,${encodeURIComponent(whole).replace(/[()]/g, escaped)}`;
  return `![${plain.replace(/[[\]\\|]/g, ' ')}](${data}|width=${width},height=${height})`;
}

/** A round bracket would end the address. */
const escaped = (bracket: string): string => (bracket === '(' ? '%28' : '%29');
