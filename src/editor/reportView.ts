import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { fileFault } from '../common/fault';

/** The report is one file that holds all it needs; this keeps it from loading anything else. */
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:`;

/**
 * Shows a study's report page: in the browser where that is on the same machine, else (remote, or VS Code in a browser) in an editor tab.
 * Throws a FileFault when the file cannot be read.
 */
export async function showReport(file: string, study: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fileFault(file, error);
  });
  const browserIsHere = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  if (browserIsHere && (await vscode.env.openExternal(vscode.Uri.file(file)))) return;
  const options = { enableScripts: true, localResourceRoots: [] };
  const panel = vscode.window.createWebviewPanel('boundlens.report', `Report: ${study}`, vscode.ViewColumn.Active, options);
  panel.webview.html = text.replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="${POLICY}">`);
}
