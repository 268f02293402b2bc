import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { fileFault } from '../common/fault';
import { REPORT_POLICY } from '../reporting/reportPage';

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
  // The file lies in the workspace, so it may have been written by anybody: the policy comes before all of it.
  panel.webview.html = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${REPORT_POLICY}">${text}`;
}
