import * as vscode from 'vscode';
import { t } from '../common/translation';
import { wantsArguments } from './argumentsText';
import type { AnalysedDocument, DefinitionService } from './definitionService';
import { firstUnknown } from './lensText';
import type { DefinitionProblem } from './problems/definitionProblems';
import { layerNormFix } from './problems/layerNorm';
import { SOURCE, type Problems } from './problems/problems';
import { radRegFix } from './problems/radReg';
import { spectralNormFix } from './problems/spectralNorm';
import type { TextChange } from './problems/textChange';
import { settings } from './settings';

/** Mends what Problems says, offers *Set Arguments…* where arguments are not known, and a RadReg term in training loops. */
export class QuickFixes implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.RefactorRewrite],
  };

  constructor(
    private readonly definitions: DefinitionService,
    private readonly problems: Problems,
  ) {}

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range, context: vscode.CodeActionContext): vscode.CodeAction[] {
    if (!settings(document.uri).enabled) return [];
    const analysed = this.definitions.analysed(document);
    return [
      ...(analysed ? argumentFixes(document, analysed, range) : []),
      ...(analysed ? this.problemFixes(document, analysed, range, context) : []),
      ...radRegActions(document, range),
    ];
  }

  /** Only where the text is the one that was analysed: a fix rewrites what stands at its places. */
  private problemFixes(
    document: vscode.TextDocument,
    analysed: AnalysedDocument,
    range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    if (!analysed.isCurrent) return [];
    const lines = document.getText().split(/\r?\n/);
    const here = this.problems.of(document, analysed).filter(shown => shown.range.intersection(range));
    return here.flatMap(({ problem, range: place }) => {
      const found = fixOf(problem, lines);
      if (!found) return [];
      const action = edited(document, found.title, vscode.CodeActionKind.QuickFix, found.changes);
      action.diagnostics = diagnostics.filter(({ source, range: other }) => source === SOURCE && other.isEqual(place));
      return [action];
    });
  }
}

function fixOf(
  { code, layer, definition }: DefinitionProblem,
  lines: readonly string[],
): { readonly title: string; readonly changes: readonly TextChange[] } | undefined {
  if (!layer) return undefined;
  const { framework } = definition.architecture;
  if (code === 'dominant-layer') {
    const changes = spectralNormFix(layer, framework, lines);
    return changes && { title: t('Cap the spectral norm of {0} at 1', layer.path), changes };
  }
  if (code === 'free-feature-scale' && framework === 'pytorch') {
    const changes = layerNormFix(layer, lines);
    return changes && { title: t('End the encoder in a LayerNorm'), changes };
  }
  return undefined;
}

function argumentFixes(document: vscode.TextDocument, analysed: AnalysedDocument, range: vscode.Range): vscode.CodeAction[] {
  return analysed.definitions.flatMap(({ architecture }) => {
    const reason = wantsArguments(architecture) ? firstUnknown(architecture) : undefined;
    if (!reason) return [];
    const lines = [architecture.range.startLine, reason.line].map(line => analysed.now({ line, column: 0 }).line);
    if (!lines.some(line => line >= range.start.line && line <= range.end.line)) return [];
    const action = new vscode.CodeAction(t('Set arguments of {0}…', architecture.name), vscode.CodeActionKind.QuickFix);
    const place = { file: document.uri.fsPath, name: architecture.name };
    action.command = { title: action.title, command: 'boundlens.setArguments', arguments: [place] };
    action.isPreferred = true;
    return [action];
  });
}

function radRegActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
  const changes = radRegFix(document.getText(), document.languageId, range.start.line);
  return changes ? [edited(document, t('Add a RadReg term to this training loop'), vscode.CodeActionKind.RefactorRewrite, changes)] : [];
}

function edited(
  document: vscode.TextDocument,
  title: string,
  kind: vscode.CodeActionKind,
  changes: readonly TextChange[],
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, kind);
  action.edit = new vscode.WorkspaceEdit();
  for (const { start, end, text } of changes)
    action.edit.replace(document.uri, new vscode.Range(start.line, start.column, end.line, end.column), text);
  return action;
}
