import * as vscode from 'vscode';
import { sentenceOf } from '../../common/fault';
import type { FormulaId } from '../../theory/formulaIds';
import type { Log } from '../log';
import { formulaPicture, type DrawnFormulas, type ThemeKind } from './formulaPictures';

const KINDS: Readonly<Record<vscode.ColorThemeKind, ThemeKind>> = {
  [vscode.ColorThemeKind.Light]: 'light',
  [vscode.ColorThemeKind.Dark]: 'dark',
  [vscode.ColorThemeKind.HighContrast]: 'high contrast',
  [vscode.ColorThemeKind.HighContrastLight]: 'high contrast light',
};

/** Gives the picture of a formula in Markdown, or nothing where it was not drawn. */
export type Pictures = (id: FormulaId, plain: string) => string | undefined;

/** The pictures of formulas that the build drew; read when the first hover needs them. */
export class FormulaDrawings {
  private drawn: Promise<DrawnFormulas> | undefined;

  /** @param file `dist/formulas.json` */
  constructor(
    private readonly file: vscode.Uri,
    private readonly log: Log,
  ) {}

  /** Pictures in the colours of the theme that is shown now; none where they cannot be read. */
  async pictures(): Promise<Pictures> {
    this.drawn ??= this.read();
    const drawn = await this.drawn;
    const theme = KINDS[vscode.window.activeColorTheme.kind];
    return (id, plain) => formulaPicture(drawn, id, plain, theme);
  }

  private async read(): Promise<DrawnFormulas> {
    try {
      return JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(this.file))) as DrawnFormulas;
    } catch (error) {
      this.log.warn(`Formulas are shown as text: ${sentenceOf(error)}`);
      return { outlines: {}, formulas: {} };
    }
  }
}
