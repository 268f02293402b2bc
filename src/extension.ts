import * as path from 'node:path';
import * as vscode from 'vscode';
import type { BoundLensExports } from './api';
import { useTranslations } from './common/translation';
import { AnalysisClient } from './definitions/analysisClient';
import { workerThread } from './definitions/workerThread';
import { AttachedCheckpoints } from './editor/attachedCheckpoints';
import { Baselines } from './editor/baselines';
import { attachCheckpoint } from './editor/commands/attachCheckpoint';
import { compareRuns } from './editor/commands/compareRuns';
import { explain } from './editor/commands/explain';
import { exportStudy } from './editor/commands/exportRuns';
import { fineTune } from './editor/commands/fineTune';
import { filterRuns, setFilter } from './editor/commands/filterRuns';
import { installTensorFlow } from './editor/commands/installTensorFlow';
import { exploreFeatureCapture } from './editor/commands/exploreFeatureCapture';
import { measureShift, scoreFeatures } from './editor/commands/measure';
import { newStudy } from './editor/commands/newStudy';
import { openSample } from './editor/commands/openSample';
import { pinBaseline } from './editor/commands/pinBaseline';
import { preTrain } from './editor/commands/preTrain';
import { deleteRun, openPanel, openReport, revealRunFolder, stop } from './editor/commands/runCommands';
import { resume } from './editor/commands/resume';
import { setArguments } from './editor/commands/setArguments';
import { sweepRegulariser } from './editor/commands/sweepRegulariser';
import { registerContextKeys } from './editor/contextKeys';
import { registerDefinitionFeatures } from './editor/definitionFeatures';
import { DefinitionService } from './editor/definitionService';
import { FormulaDrawings } from './editor/formulas/drawnFormulas';
import { GitHead } from './editor/gitHead';
import { Log } from './editor/log';
import { Notices } from './editor/notices';
import { BOUND_VIEW, PANEL_TYPE, PanelHost } from './editor/panelHost';
import { Problems } from './editor/problems/problems';
import { publicApi } from './editor/publicApi';
import { PythonEnvironments } from './editor/pythonEnvironments';
import { RunService } from './editor/runService';
import { RunTree } from './editor/runTree';
import { RunWatcher } from './editor/runWatcher';
import { runsRoots, SECTION, toggleSetting } from './editor/settings';
import { StatusBar } from './editor/statusBar';
import { StudyArguments } from './editor/studyArguments';
import { StudyLenses } from './editor/studyLenses';
import { STUDIES, StudyProblems } from './editor/studyProblems';
import { StudyTasks } from './editor/studyTasks';
import { TextPages } from './editor/textPages';
import { registerTools } from './editor/tools/registerTools';

/** Builds the parts and hands them to the editor; all of them end with the extension, runs do not. */
export function activate(context: vscode.ExtensionContext): BoundLensExports {
  useTranslations(vscode.l10n.bundle);
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

  const baselines = own(new Baselines(definitions, own(new GitHead()), context.workspaceState, log));
  const checkpoints = own(new AttachedCheckpoints(context.workspaceState));
  const formulas = new FormulaDrawings(vscode.Uri.joinPath(context.extensionUri, 'dist', 'formulas.json'), log);
  const problems = own(new Problems(definitions, studies, vscode.Uri.joinPath(context.extensionUri, 'docs', 'editor.md')));
  own(
    new StudyProblems(
      workerThread(dist('studyChecks.js'), undefined),
      STUDIES,
      vscode.Uri.joinPath(context.extensionUri, 'docs', 'editor.md'),
      log,
    ),
  );
  own(vscode.languages.registerCodeLensProvider(STUDIES, own(new StudyLenses(runs))));
  own(registerDefinitionFeatures({ definitions, runs, baselines, checkpoints, formulas, problems }));
  own(registerTools(definitions, runs));

  const tree = own(new RunTree(runs));
  const view = own(vscode.window.createTreeView('boundlens.runs', { treeDataProvider: tree, showCollapseAll: true }));
  const filtered = { tree, view, runs };
  own(view.onDidChangeSelection(({ selection: [node] }) => node && panel.follow(node)));
  own(runs.onDidChangeStates(() => tree.filter && setFilter(filtered, tree.filter)));
  own(new StatusBar(runs, log));
  own(vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, panel));
  own(vscode.window.registerWebviewViewProvider(BOUND_VIEW, panel));
  own(registerContextKeys(runs, definitions));

  const refresh = () => void runs.refresh();
  own(view.onDidChangeVisibility(({ visible }) => visible && refresh()));
  own(vscode.window.onDidChangeWindowState(({ focused }) => focused && refresh()));
  own(vscode.workspace.onDidChangeWorkspaceFolders(refresh));
  own(vscode.workspace.onDidGrantWorkspaceTrust(refresh));
  own(vscode.workspace.onDidChangeConfiguration(event => event.affectsConfiguration(`${SECTION}.runsFolder`) && refresh()));

  const engines = path.join(context.globalStorageUri.fsPath, 'engines');
  const notices = new Notices(context.globalState);
  const training = { runs, log, notices, memory: context.workspaceState, program: dist('cli.js'), logs: context.logUri.fsPath, engines };
  own(vscode.tasks.registerTaskProvider(StudyTasks.type, new StudyTasks(dist('cli.js'), engines)));
  const pages = own(new TextPages());
  const commands: Record<string, (argument: unknown) => unknown> = {
    preTrain: argument => preTrain(training, argument),
    preTrainOnSlurm: argument => preTrain(training, argument, 'slurm'),
    fineTune: argument => fineTune(training, definitions, argument),
    compareRuns: argument => compareRuns(training, pages, argument),
    sweepRegulariser: argument => sweepRegulariser(training, argument),
    resume: argument => resume(training, argument),
    attachCheckpoint: argument => attachCheckpoint(training, checkpoints, definitions, argument),
    scoreFeatures: () => scoreFeatures(training, pages),
    measureShift: () => measureShift(training, pages),
    exploreFeatureCapture: () => exploreFeatureCapture(training, panel, context.extensionUri),
    newStudy: argument => newStudy(definitions, argument),
    openSample: () => openSample(context.extensionUri),
    export: argument => exportStudy(training, argument),
    stop: argument => stop(runs, argument),
    openPanel: argument => openPanel(panel, argument),
    openReport: argument => openReport(runs, argument),
    filterRuns: () => filterRuns(filtered),
    clearRunFilter: () => setFilter(filtered, ''),
    refreshRuns: () => runs.refresh(),
    deleteRun: argument => deleteRun(runs, argument),
    revealRunFolder: argument => revealRunFolder(runs, argument),
    setArguments: argument => setArguments(definitions, argument),
    explain: argument => explain(definitions, argument),
    installTensorFlow: () => installTensorFlow({ log, engines, trainer: dist('trainer.js') }),
    showLog: () => log.show(),
    showNotificationsAgain: () => notices.showAgain(),
    pinBaseline: () => pinBaseline(baselines),
    toggle: () => toggleSetting('enabled'),
    toggleCodeLens: () => toggleSetting('codeLens'),
    toggleInlayHints: () => toggleSetting('inlayHints'),
    toggleHovers: () => toggleSetting('hovers'),
    toggleDiagnostics: () => toggleSetting('diagnostics'),
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
  // Tests of the extension host look into the log as a person would: an output channel cannot be read.
  return { ...publicApi(definitions, runs), ...(context.extensionMode === vscode.ExtensionMode.Test && { log }) };
}
