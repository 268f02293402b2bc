import * as vscode from 'vscode';
import type { DefinitionService } from '../definitionService';
import { definitionAt } from './subject';

/** Puts the cursor on a definition and opens its hover: layers, bound, evidence. Without an argument the definition around or after the cursor. */
export async function explain(definitions: DefinitionService, argument: unknown): Promise<void> {
  const subject = await definitionAt(definitions, argument);
  const editor = vscode.window.activeTextEditor;
  if (!subject || !editor) return;
  const { header } = subject;
  editor.selection = new vscode.Selection(header, header);
  editor.revealRange(new vscode.Range(header, header), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  await vscode.commands.executeCommand('editor.action.showHover');
}
