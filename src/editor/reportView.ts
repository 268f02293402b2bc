import * as vscode from 'vscode';
import { readText } from '../common/readText';
import { guardedReport } from '../reporting/reportPage';

/**
 * Shows a study's report page: in the browser where that is on the same machine, else (remote, or VS Code in a browser) in an editor tab.
 * Throws a FileFault when the file cannot be read.
 */
export async function showReport(file: string, study: string): Promise<void> {
  const text = await readText(file);
  const browserIsHere = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  if (browserIsHere && (await vscode.env.openExternal(vscode.Uri.file(file)))) return;
  const options = { enableScripts: true, localResourceRoots: [] };
  const panel = vscode.window.createWebviewPanel('boundlens.report', `Report: ${study}`, vscode.ViewColumn.Active, options);
  panel.webview.html = guardedReport(text);
}
