import * as vscode from 'vscode';
import type { Layer } from '../architecture/architecture';
import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import type { AttachedCheckpoint, AttachedCheckpoints } from './attachedCheckpoints';
import type { AnalysedDocument, DefinitionService } from './definitionService';
import type { FormulaDrawings } from './formulas/drawnFormulas';
import { hintsOf } from './hintProvider';
import { definitionMarkdown } from './definitionText';
import { isOnlyCompared } from './diffViews';
import { layerMarkdown, reportMarkdown } from './hoverText';
import type { RunsView } from './runService';
import { settings } from './settings';

/** Explains size and bound over the header of a definition and a layer over the line that constructs it. */
export class HoverProvider implements vscode.HoverProvider {
  constructor(
    private readonly definitions: DefinitionService,
    private readonly runs: RunsView,
    private readonly checkpoints: Pick<AttachedCheckpoints, 'of'>,
    private readonly formulas: FormulaDrawings,
  ) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const { enabled, hovers } = settings(document.uri);
    const analysed = this.definitions.analysed(document);
    if (!enabled || !hovers || !analysed || isOnlyCompared(document)) return undefined;
    for (const definition of analysed.definitions) {
      const attached = this.checkpoints.of({ file: document.uri.fsPath, name: definition.architecture.name });
      const markdown = isOverHeader(analysed, definition, position)
        ? await this.overHeader(document, definition, attached)
        : overLayer(analysed, definition, attached, position);
      if (markdown !== undefined) return new vscode.Hover(new vscode.MarkdownString(markdown));
    }
    return undefined;
  }

  /** The bound first, since that is what people come for; then the layers. */
  private async overHeader(document: vscode.TextDocument, definition: AnalysedDefinition, attached?: AttachedCheckpoint): Promise<string> {
    const { architecture, bound } = definition;
    const run = this.runs.latestFinished({ file: document.uri.fsPath, name: architecture.name });
    const estimate = attached?.report ?? bound?.report;
    const reports = run?.results.reports ?? (estimate ? [estimate] : []);
    const pictures = await this.formulas.pictures();
    return [...reports.map(report => reportMarkdown(report, pictures)), definitionMarkdown(architecture)].join('\n\n---\n\n');
  }
}

function isOverHeader(analysed: AnalysedDocument, { architecture: { range } }: AnalysedDefinition, position: vscode.Position): boolean {
  return analysed.now({ line: range.startLine, column: range.startColumn }).line === position.line;
}

function overLayer(
  analysed: AnalysedDocument,
  definition: AnalysedDefinition,
  attached: AttachedCheckpoint | undefined,
  position: vscode.Position,
): string | undefined {
  const { hints, shares } = hintsOf(definition, attached);
  const isHere = ({ range }: Layer) => {
    const start = analysed.now({ line: range.startLine, column: range.startColumn });
    const end = analysed.now({ line: range.endLine, column: range.endColumn });
    return new vscode.Range(start, end).contains(position);
  };
  const hint = hints.find(({ layer }) => isHere(layer));
  return hint && layerMarkdown(hint.layer, shares, attached);
}
