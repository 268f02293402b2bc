import * as vscode from 'vscode';
import type { Layer } from '../architecture/architecture';
import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import type { AnalysedDocument, DefinitionService } from './definitionService';
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
  ) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const { enabled, hovers } = settings(document.uri);
    const analysed = this.definitions.analysed(document);
    if (!enabled || !hovers || !analysed || isOnlyCompared(document)) return undefined;
    for (const definition of analysed.definitions) {
      const markdown = this.overHeader(document, analysed, definition, position) ?? overLayer(analysed, definition, position);
      if (markdown !== undefined) return new vscode.Hover(new vscode.MarkdownString(markdown));
    }
    return undefined;
  }

  private overHeader(
    document: vscode.TextDocument,
    analysed: AnalysedDocument,
    definition: AnalysedDefinition,
    position: vscode.Position,
  ): string | undefined {
    const { range, name } = definition.architecture;
    if (analysed.now({ line: range.startLine, column: range.startColumn }).line !== position.line) return undefined;
    const run = this.runs.latestFinished({ file: document.uri.fsPath, name });
    const reports = run?.results.reports ?? (definition.bound ? [definition.bound.report] : []);
    return [definitionMarkdown(definition.architecture), ...reports.map(reportMarkdown)].join('\n\n---\n\n');
  }
}

function overLayer(analysed: AnalysedDocument, definition: AnalysedDefinition, position: vscode.Position): string | undefined {
  const { hints, shares } = hintsOf(definition);
  const isHere = ({ range }: Layer) => {
    const start = analysed.now({ line: range.startLine, column: range.startColumn });
    const end = analysed.now({ line: range.endLine, column: range.endColumn });
    return new vscode.Range(start, end).contains(position);
  };
  const hint = hints.find(({ layer }) => isHere(layer));
  return hint && layerMarkdown(hint.layer, shares);
}
