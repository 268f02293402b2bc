import * as vscode from 'vscode';
import type { AnalysedDefinition } from '../../definitions/analysisProtocol';
import type { RunEntry } from '../../reporting/runSummary';
import type { DefinitionService } from '../definitionService';
import type { DefinitionPlace } from '../runIndex';
import { runDescription, runLabel } from '../runText';
import type { RunNode } from '../runTree';

/** What a command was asked about: VS Code hands it a line of the Runs view, a file, or a definition (from a lens); nothing from the palette. */
export type Subject =
  | { readonly kind: 'node'; readonly node: RunNode }
  | { readonly kind: 'file'; readonly uri: vscode.Uri }
  | { readonly kind: 'definition'; readonly place: DefinitionPlace }
  | { readonly kind: 'nothing' };

/** Reads the first argument of a command. What is of no known shape counts as nothing. */
export function subjectOf(argument: unknown): Subject {
  if (argument instanceof vscode.Uri) return { kind: 'file', uri: argument };
  if (typeof argument !== 'object' || argument === null) return { kind: 'nothing' };
  if ('kind' in argument && (argument.kind === 'run' || argument.kind === 'study')) return { kind: 'node', node: argument as RunNode };
  if ('file' in argument && 'name' in argument) return { kind: 'definition', place: argument as DefinitionPlace };
  return { kind: 'nothing' };
}

/** A definition in an open document. */
export interface DefinitionSubject {
  readonly document: vscode.TextDocument;
  readonly definition: AnalysedDefinition;
  /** Where its header stands now. */
  readonly header: vscode.Position;
}

/**
 * The definition that a command is about, shown in an editor: the one that is named, else the last one that begins at or before the cursor, else the first
 * of the file. Tells when there is none.
 */
export async function definitionAt(definitions: DefinitionService, argument: unknown): Promise<DefinitionSubject | undefined> {
  const subject = subjectOf(argument);
  const editor =
    subject.kind === 'definition'
      ? await vscode.window.showTextDocument(vscode.Uri.file(subject.place.file))
      : vscode.window.activeTextEditor;
  const analysed = editor && (await definitions.whenAnalysed(editor.document));
  const headers = (analysed?.definitions ?? []).map(definition => {
    const { startLine: line, startColumn: column } = definition.architecture.range;
    return { definition, header: analysed!.now({ line, column }) };
  });
  const found =
    subject.kind === 'definition'
      ? headers.find(({ definition }) => definition.architecture.name === subject.place.name)
      : (headers.filter(({ header }) => editor && header.line <= editor.selection.active.line).at(-1) ?? headers[0]);
  if (editor && found) return { document: editor.document, ...found };
  void vscode.window.showInformationMessage(vscode.l10n.t('There is no model definition here: open a file that defines one.'));
  return undefined;
}

/** The runs that a line of the Runs view stands for. */
export const runsOf = (node: RunNode): readonly RunEntry[] => (node.kind === 'run' ? [node.entry] : node.study.entries);

/** Asks for one run; undefined when nothing was chosen. Tells when there is none. */
export async function pickRun(entries: readonly RunEntry[], placeHolder: string): Promise<RunEntry | undefined> {
  if (entries.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no such run in this workspace.'));
    return undefined;
  }
  const items = entries.map(entry => ({
    label: runLabel(entry),
    description: entry.record.trial.study.name,
    detail: runDescription(entry, new Date()),
    entry,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true, matchOnDetail: true }))?.entry;
}
