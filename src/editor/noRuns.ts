import * as vscode from 'vscode';
import type { RunsView } from './runService';

/** No runs at all, for a VS Code that has neither files nor processes: in a browser without a machine behind it. */
export const NO_RUNS: RunsView = {
  all: () => [],
  active: () => [],
  activeOf: () => [],
  latestFinished: () => undefined,
  read: () => Promise.resolve([]),
  readNow: () => undefined,
  onDidChange: () => new vscode.Disposable(() => undefined),
  onDidChangeStates: () => new vscode.Disposable(() => undefined),
};
