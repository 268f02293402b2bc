import * as vscode from 'vscode';
import { byStudy } from './runIndex';
import type { RunService } from './runService';
import { statusText } from './runText';

/** The item in the status bar: there while something runs, opens the panel. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('boundlens.runs', vscode.StatusBarAlignment.Left, 50);
  private readonly subscription: vscode.Disposable;

  constructor(private readonly runs: RunService) {
    this.item.name = 'BoundLens Runs';
    this.item.command = 'boundlens.openPanel';
    this.subscription = runs.onDidChange(() => this.refresh());
    this.refresh();
  }

  dispose(): void {
    this.subscription.dispose();
    this.item.dispose();
  }

  private refresh(): void {
    const text = statusText(byStudy(this.runs.all()), new Date());
    if (text === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = `$(sync~spin) ${text}`;
    this.item.tooltip = `${text}. Open the panel.`;
    this.item.accessibilityInformation = { label: `${text}, open the panel` };
    this.item.show();
  }
}
