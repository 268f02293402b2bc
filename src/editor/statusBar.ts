import * as vscode from 'vscode';
import type { Log } from './log';
import { byStudy } from './runIndex';
import type { RunsView } from './runService';
import { statusText } from './runText';

/** The item in the status bar: there while something runs, and opens the panel; or while something went wrong unasked, and opens the log. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('boundlens.runs', vscode.StatusBarAlignment.Left, 50);
  private readonly subscriptions: readonly { dispose(): unknown }[];

  constructor(
    private readonly runs: RunsView,
    private readonly log: Log,
  ) {
    this.item.name = vscode.l10n.t('BoundLens Runs');
    this.subscriptions = [this.item, runs.onDidChange(() => this.refresh()), log.onDidChangeTrouble(() => this.refresh())];
    this.refresh();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private refresh(): void {
    const running = statusText(byStudy(this.runs.all()), new Date());
    const { trouble } = this.log;
    if (running !== undefined) this.show(`$(sync~spin) ${running}`, vscode.l10n.t('{0}. Open the panel.', running), 'boundlens.openPanel');
    else if (trouble !== undefined) this.show('$(warning) BoundLens', vscode.l10n.t('{0} Open the log.', trouble), 'boundlens.showLog');
    else this.item.hide();
  }

  private show(text: string, tooltip: string, command: string): void {
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.command = command;
    this.item.accessibilityInformation = { label: tooltip, role: 'button' };
    this.item.show();
  }
}
