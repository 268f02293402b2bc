import * as path from 'node:path';
import * as vscode from 'vscode';
import type { BoundLensExports } from './api';
import { AnalysisClient } from './definitions/analysisClient';
import { workerThread } from './definitions/workerThread';
import { explain } from './editor/commands/explain';
import { installTensorFlow } from './editor/commands/installTensorFlow';
import { preTrain } from './editor/commands/preTrain';
import { deleteRun, openPanel, openReport, revealRunFolder, stop } from './editor/commands/runCommands';
import { setArguments } from './editor/commands/setArguments';
import { registerContextKeys } from './editor/contextKeys';
import { registerDefinitionFeatures } from './editor/definitionFeatures';
import { DefinitionService } from './editor/definitionService';
import { Log } from './editor/log';
import { PANEL_TYPE, PanelHost } from './editor/panelHost';
import { publicApi } from './editor/publicApi';
import { PythonEnvironments } from './editor/pythonEnvironments';
import { RunService } from './editor/runService';
import { RunTree } from './editor/runTree';
import { RunWatcher } from './editor/runWatcher';
import { runsRoots, SECTION, toggleEnabled } from './editor/settings';
import { StatusBar } from './editor/statusBar';
import { StudyArguments } from './editor/studyArguments';
import { registerTools } from './editor/tools/registerTools';

/** Builds the parts and hands them to the editor; all of them end with the extension, runs do not. */
export function activate(context: vscode.ExtensionContext): BoundLensExports {
  const dist = (name = '') => path.join(context.extensionPath, 'dist', name);
  const own = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };

  const log = new Log();
  const analysis = new AnalysisClient({ start: workerThread(dist('analysis.js'), { assets: dist() }), log: log.warn });
  own(new vscode.Disposable(() => void analysis.dispose()));
  const studies = own(new StudyArguments(log));
  const environments = own(new PythonEnvironments(log));
  const definitions = own(new DefinitionService(analysis, studies, environments, log));
  const watcher = new RunWatcher({ roots: runsRoots, mayWrite: () => vscode.workspace.isTrusted, warn: log.warn });
  const runs = own(new RunService(watcher, log));
  const panel = own(new PanelHost(context.extensionUri, runs, definitions, log));

  own(registerDefinitionFeatures(definitions, runs));
  own(registerTools(definitions, runs));

  const tree = own(new RunTree(runs));
  const view = own(vscode.window.createTreeView('boundlens.runs', { treeDataProvider: tree, showCollapseAll: true }));
  own(new StatusBar(runs));
  own(vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, panel));
  own(registerContextKeys(runs, definitions));

  const refresh = () => void runs.refresh();
  own(view.onDidChangeVisibility(({ visible }) => visible && refresh()));
  own(vscode.window.onDidChangeWindowState(({ focused }) => focused && refresh()));
  own(vscode.workspace.onDidChangeWorkspaceFolders(refresh));
  own(vscode.workspace.onDidGrantWorkspaceTrust(refresh));
  own(vscode.workspace.onDidChangeConfiguration(event => event.affectsConfiguration(`${SECTION}.runsFolder`) && refresh()));

  const engines = path.join(context.globalStorageUri.fsPath, 'engines');
  const training = { runs, log, memory: context.workspaceState, program: dist('cli.js'), logs: context.logUri.fsPath, engines };
  const commands: Record<string, (argument: unknown) => unknown> = {
    preTrain: argument => preTrain(training, argument),
    stop: argument => stop(runs, argument),
    openPanel: argument => openPanel(panel, argument),
    openReport: argument => openReport(runs, argument),
    refreshRuns: () => runs.refresh(),
    deleteRun: argument => deleteRun(runs, argument),
    revealRunFolder: argument => revealRunFolder(runs, argument),
    setArguments: argument => setArguments(definitions, argument),
    explain: argument => explain(definitions, argument),
    installTensorFlow: () => installTensorFlow({ log, engines, trainer: dist('trainer.js') }),
    showLog: () => log.show(),
    toggle: toggleEnabled,
  };
  for (const [name, run] of Object.entries(commands))
    own(
      vscode.commands.registerCommand(`boundlens.${name}`, async (argument: unknown) => {
        try {
          await run(argument);
        } catch (error) {
          log.failure(error);
        }
      }),
    );
  // Last, so that what ends before it can still be logged.
  own(log);
  refresh();
  return publicApi(definitions, runs);
}
