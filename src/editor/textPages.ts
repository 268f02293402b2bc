import * as vscode from 'vscode';

const SCHEME = 'boundlens-text';

/** Most pages whose text is remembered after their tabs are closed. */
const REMEMBERED = 20;

/** Results of commands as read-only text in an editor tab: it can be searched, copied and saved as any other. */
export class TextPages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? vscode.l10n.t('This page is no longer there: run the command again.');
  }

  /** Shows a text under a title; an earlier page of the same title is replaced. */
  async show(title: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title.replaceAll('/', '∕')}` });
    this.texts.delete(uri.path);
    this.texts.set(uri.path, text);
    for (const path of [...this.texts.keys()].slice(0, -REMEMBERED)) this.texts.delete(path);
    this.changed.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
