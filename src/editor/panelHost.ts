import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { translationsInUse } from '../common/translation';
import type { PanelState, PanelTab } from '../reporting/panelMessages';
import { reportPage } from '../reporting/reportPage';
import { summaryText } from '../reporting/summaryText';
import type { DefinitionService } from './definitionService';
import type { Log } from './log';
import { studyOf, type PanelChoice } from './panelData';
import { panelPage } from './panelPage';
import { PanelSession, type PanelParts } from './panelSession';
import type { DefinitionPlace } from './runIndex';
import type { RunService } from './runService';
import type { RunLine } from './runTree';

export const PANEL_TYPE = 'boundlens.panel';

/** Id of the view beside the runs that shows the same page. */
export const BOUND_VIEW = 'boundlens.bound';

/** The page in its two places: an editor tab that is restored after a reload, and a view in the container of BoundLens. */
export class PanelHost implements vscode.WebviewPanelSerializer<PanelState>, vscode.WebviewViewProvider, vscode.Disposable {
  private panel?: { readonly panel: vscode.WebviewPanel; readonly session: PanelSession };
  private view?: PanelSession;
  private readonly parts: PanelParts;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly runs: RunService,
    definitions: DefinitionService,
    log: Log,
  ) {
    const script = vscode.Uri.joinPath(extension, 'dist', 'panel.js').fsPath;
    this.parts = {
      runs,
      definitions,
      log,
      reportOf: async snapshot =>
        reportPage(
          { ...snapshot, trusted: false },
          await readFile(script, 'utf8'),
          snapshot.summary ? summaryText(snapshot.summary) : 'No run has finished yet.',
        ),
    };
  }

  /** Opens the editor tab or brings it to the front; shows the study given, else the latest one of the definition given. */
  show(what: { readonly study?: string; readonly run?: string; readonly place?: DefinitionPlace } = {}): void {
    const study = what.study ?? (what.place && studyOf(this.runs.all(), what.place)?.name);
    const choice = study === undefined ? undefined : { study, runs: what.run === undefined ? undefined : [what.run] };
    if (this.panel) {
      this.panel.panel.reveal(undefined, true);
      if (choice) this.panel.session.choose(choice);
    } else {
      const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
      this.attach(vscode.window.createWebviewPanel(PANEL_TYPE, 'BoundLens', { viewColumn: column, preserveFocus: true }), choice ?? {});
    }
  }

  /** Opens the editor tab or brings it to the front, on one of the page's tabs. */
  showTab(tab: PanelTab): void {
    this.show();
    this.panel?.session.showTab(tab);
  }

  /** Lets the view follow what is chosen in the tree of runs. */
  follow(node: RunLine): void {
    if (node.kind === 'damaged') return;
    if (node.kind === 'study') this.view?.choose({ study: node.study.name });
    else this.view?.choose({ study: node.entry.record.trial.study.name, runs: [node.entry.id] });
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: PanelState | undefined): Promise<void> {
    this.attach(panel, { study: state?.study, runs: state?.selected });
    return Promise.resolve();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const session = new PanelSession(view.webview, this.parts, {});
    this.view = session;
    // A hidden page is unloaded; shown again it says `ready` anew.
    view.onDidChangeVisibility(() => {
      if (!view.visible) session.pause();
    });
    view.onDidDispose(() => {
      session.dispose();
      if (this.view === session) this.view = undefined;
    });
    this.load(view.webview);
  }

  dispose(): void {
    this.panel?.session.dispose();
    this.panel?.panel.dispose();
    this.view?.dispose();
  }

  private attach(panel: vscode.WebviewPanel, choice: PanelChoice): void {
    this.panel?.panel.dispose();
    const session = new PanelSession(panel.webview, this.parts, choice);
    this.panel = { panel, session };
    panel.iconPath = { light: this.resource('media', 'icons', 'panel-light.svg'), dark: this.resource('media', 'icons', 'panel-dark.svg') };
    panel.onDidChangeViewState(() => {
      if (!panel.visible) session.pause();
    });
    panel.onDidDispose(() => {
      session.dispose();
      if (this.panel?.panel === panel) this.panel = undefined;
    });
    this.load(panel.webview);
  }

  private load(webview: vscode.Webview): void {
    webview.options = { enableScripts: true, localResourceRoots: [this.resource('dist'), this.resource('media')] };
    const script = webview.asWebviewUri(this.resource('dist', 'panel.js')).toString();
    const { language } = vscode.env;
    webview.html = panelPage({ script, cspSource: webview.cspSource, nonce: randomUUID(), language, texts: translationsInUse() });
  }

  private resource(...parts: string[]): vscode.Uri {
    return vscode.Uri.joinPath(this.extension, ...parts);
  }
}
