import * as vscode from 'vscode';
import { wantsArguments } from './argumentsText';
import type { DefinitionService } from './definitionService';
import { firstUnknown } from './lensText';
import { settings } from './settings';

/** Offers *Set Arguments…* over the header of a definition whose arguments are not known, and over the line that lacks them. */
export class QuickFixes implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };

  constructor(private readonly definitions: DefinitionService) {}

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const analysed = settings(document.uri).enabled ? this.definitions.analysed(document) : undefined;
    if (!analysed) return [];
    return analysed.definitions.flatMap(({ architecture }) => {
      const reason = wantsArguments(architecture) ? firstUnknown(architecture) : undefined;
      if (!reason) return [];
      const lines = [architecture.range.startLine, reason.line].map(line => analysed.now({ line, column: 0 }).line);
      if (!lines.some(line => line >= range.start.line && line <= range.end.line)) return [];
      const action = new vscode.CodeAction(`Set arguments of ${architecture.name}…`, vscode.CodeActionKind.QuickFix);
      const place = { file: document.uri.fsPath, name: architecture.name };
      action.command = { title: action.title, command: 'boundlens.setArguments', arguments: [place] };
      action.isPreferred = true;
      return [action];
    });
  }
}
