import * as vscode from 'vscode';
import { BLANK, callProblem, directiveEdit, suggestedCall } from '../argumentsText';
import type { DefinitionService } from '../definitionService';
import { definitionAt } from './subject';

/**
 * *Set Arguments…*: asks how a definition is constructed and writes that as the comment over it, in one edit that can be undone. Whoever calls it with a
 * `call` beside file and name is not asked.
 */
export async function setArguments(definitions: DefinitionService, argument: unknown): Promise<void> {
  const subject = await definitionAt(definitions, argument);
  if (!subject) return;
  const { document, definition, header } = subject;
  const { name } = definition.architecture;
  const call = givenCall(argument) ?? (await askForCall(suggestedCall(definition.architecture, linesOf(document), header.line), name));
  if (call === undefined) return;
  const now = definitions.headerOf(document, name) ?? header;
  const { line, count, text } = directiveEdit(linesOf(document), now.line, name, call);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(line, 0, line + count, 0), text);
  await vscode.workspace.applyEdit(edit);
}

function askForCall(suggested: string, name: string): Thenable<string | undefined> {
  const blank = suggested.indexOf(BLANK);
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Arguments of {0}', name),
    prompt: vscode.l10n.t('How BoundLens constructs {0}, in Python. It becomes a comment over the definition; nothing is run.', name),
    value: suggested,
    valueSelection: blank < 0 ? [suggested.length, suggested.length] : [blank, blank + BLANK.length],
    ignoreFocusOut: true,
    validateInput: text => callProblem(text, name),
  });
}

function givenCall(argument: unknown): string | undefined {
  const call = typeof argument === 'object' && argument !== null && 'call' in argument ? argument.call : undefined;
  return typeof call === 'string' ? call : undefined;
}

const linesOf = (document: vscode.TextDocument): readonly string[] => document.getText().split(/\r?\n/);
