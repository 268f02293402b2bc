import * as vscode from 'vscode';
import type { AnalysedDocument, DefinitionService } from '../definitionService';
import { subjectOf } from './subject';

/** Puts the cursor on a definition and opens its hover: layers, bound, evidence. Without an argument the definition around or after the cursor. */
export async function explain(definitions: DefinitionService, argument: unknown): Promise<void> {
  const subject = subjectOf(argument);
  const editor =
    subject.kind === 'definition'
      ? await vscode.window.showTextDocument(vscode.Uri.file(subject.place.file))
      : vscode.window.activeTextEditor;
  const analysed = editor && definitions.analysed(editor.document);
  const header = analysed && headerOf(analysed, subject.kind === 'definition' ? subject.place.name : editor.selection.active.line);
  if (!editor || !header) {
    void vscode.window.showInformationMessage('There is no model definition here: open a file that defines one.');
    return;
  }
  editor.selection = new vscode.Selection(header, header);
  editor.revealRange(new vscode.Range(header, header), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  await vscode.commands.executeCommand('editor.action.showHover');
}

/** Where the header of a definition stands now: of that name, or the last one that begins at or before a line (else the first). */
function headerOf(analysed: AnalysedDocument, wanted: string | number): vscode.Position | undefined {
  const headers = analysed.definitions.map(({ architecture: { name, range } }) => ({
    name,
    at: analysed.now({ line: range.startLine, column: range.startColumn }),
  }));
  if (typeof wanted === 'string') return headers.find(header => header.name === wanted)?.at;
  return (headers.filter(header => header.at.line <= wanted).at(-1) ?? headers[0])?.at;
}
