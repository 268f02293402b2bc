import * as path from 'node:path';
import * as vscode from 'vscode';
import type { DefinitionService } from '../definitionService';
import { definitionStudy, featureMethod, SKELETON } from '../studyDrafts';
import { blockText } from '../argumentsText';
import { definitionAt } from './subject';

/** *New Study from This Definition*: a study that trains the definition itself, with the data of a study of the workspace if there is one; opens it. */
export async function newStudy(definitions: DefinitionService, argument: unknown): Promise<void> {
  const subject = await definitionAt(definitions, argument);
  if (!subject) return;
  const { document, definition, header } = subject;
  const { name } = definition.architecture;
  const [template] = (await vscode.workspace.findFiles('**/*.study.json', '**/node_modules/**', 200)).sort((a, b) =>
    a.path.length === b.path.length ? a.path.localeCompare(b.path) : a.path.length - b.path.length,
  );
  const folder = path.dirname(template?.fsPath ?? vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath ?? document.uri.fsPath);
  const base = template ? new TextDecoder().decode(await vscode.workspace.fs.readFile(template)) : SKELETON;
  const source = path.relative(folder, document.uri.fsPath).split(path.sep).join('/');
  const method = document.languageId === 'python' ? featureMethod(blockText(document.getText().split(/\r?\n/), header.line)) : undefined;
  const text = definitionStudy(base, { name, definition: `${source}#${name}`, method });
  const uri = await freeName(folder, name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(uri);
}

/** A name in a folder that no file has: `Net.study.json`, `Net-2.study.json`, … */
async function freeName(folder: string, name: string): Promise<vscode.Uri> {
  for (let count = 1; ; count++) {
    const uri = vscode.Uri.file(path.join(folder, `${name}${count === 1 ? '' : `-${count}`}.study.json`));
    try {
      await vscode.workspace.fs.stat(uri);
    } catch {
      return uri;
    }
  }
}
