import * as vscode from 'vscode';
import type { Baselines } from '../baselines';

/** *Pin Baseline*: later changes of the bounds in the file of the active editor are measured against how it stands now; called again, no longer. */
export async function pinBaseline(baselines: Baselines): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document) await baselines.togglePin(document);
}
