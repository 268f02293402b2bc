import * as vscode from 'vscode';
import type { BoundLensExports } from './api';
import { useTranslations } from './common/translation';
import { EnvironmentFault } from './common/fault';
import { AnalysisClient } from './definitions/analysisClient';
import { AttachedCheckpoints } from './editor/attachedCheckpoints';
import { Baselines } from './editor/baselines';
import { explain } from './editor/commands/explain';
import { pinBaseline } from './editor/commands/pinBaseline';
import { setArguments } from './editor/commands/setArguments';
import { registerContextKeys } from './editor/contextKeys';
import { registerDefinitionFeatures } from './editor/definitionFeatures';
import { DefinitionService } from './editor/definitionService';
import { FormulaDrawings } from './editor/formulas/drawnFormulas';
import { GitHead } from './editor/gitHead';
import { Log } from './editor/log';
import { NO_RUNS } from './editor/noRuns';
import { Problems } from './editor/problems/problems';
import { publicApi } from './editor/publicApi';
import { STUDIES_IN_BROWSER, StudyProblems } from './editor/studyProblems';
import { toggleSetting } from './editor/settings';
import { StatusBar } from './editor/statusBar';
import { StudyArguments } from './editor/studyArguments';
import { registerTools } from './editor/tools/registerTools';
import { webWorker } from './web/webWorker';

/** No environment of Python can be looked into from a browser. */
const NO_ENVIRONMENTS = { of: () => [], onDidChange: () => new vscode.Disposable(() => undefined) };

/** BoundLens in a browser: reads definitions and shows what theory says of them. What needs files or processes says so when it is asked for. */
export function activate(context: vscode.ExtensionContext): BoundLensExports {
  useTranslations(vscode.l10n.bundle);
  const own = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const dist = vscode.Uri.joinPath(context.extensionUri, 'dist');
  const assets = async (name: string) => new Uint8Array(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(dist, name)));

  const log = new Log();
  const analysis = new AnalysisClient({ start: webWorker('web/analysis.js', assets), log: log.warn });
  own(new vscode.Disposable(() => void analysis.dispose()));
  const studies = own(new StudyArguments(log));
  const definitions = own(new DefinitionService(analysis, studies, NO_ENVIRONMENTS, log));
  const baselines = own(new Baselines(definitions, own(new GitHead()), context.workspaceState, log));
  const checkpoints = own(new AttachedCheckpoints(context.workspaceState));
  const formulas = new FormulaDrawings(vscode.Uri.joinPath(dist, 'formulas.json'), log);
  const problems = own(new Problems(definitions, studies, vscode.Uri.joinPath(context.extensionUri, 'docs', 'editor.md')));
  own(
    new StudyProblems(
      webWorker('web/studyChecks.js', assets),
      STUDIES_IN_BROWSER,
      vscode.Uri.joinPath(context.extensionUri, 'docs', 'editor.md'),
      log,
    ),
  );
  own(registerDefinitionFeatures({ definitions, runs: NO_RUNS, baselines, checkpoints, formulas, problems }));
  own(new StatusBar(NO_RUNS, log));
  own(registerTools(definitions, NO_RUNS));
  own(registerContextKeys(NO_RUNS, definitions));
  own(vscode.window.registerTreeDataProvider('boundlens.runs', { getChildren: () => [], getTreeItem: (item: vscode.TreeItem) => item }));
  void vscode.commands.executeCommand('setContext', 'boundlens.browser', true);

  const commands: Readonly<Record<string, (argument: unknown) => unknown>> = {
    'boundlens.setArguments': argument => setArguments(definitions, argument),
    'boundlens.explain': argument => explain(definitions, argument),
    'boundlens.showLog': () => log.show(),
    'boundlens.pinBaseline': () => pinBaseline(baselines),
    'boundlens.toggle': () => toggleSetting('enabled'),
    'boundlens.toggleCodeLens': () => toggleSetting('codeLens'),
    'boundlens.toggleInlayHints': () => toggleSetting('inlayHints'),
    'boundlens.toggleHovers': () => toggleSetting('hovers'),
    'boundlens.toggleDiagnostics': () => toggleSetting('diagnostics'),
  };
  const { contributes } = context.extension.packageJSON as { contributes: { commands: { command: string; title: string }[] } };
  for (const { command, title } of contributes.commands)
    own(
      vscode.commands.registerCommand(command, async (argument: unknown) => {
        try {
          if (!commands[command]) throw needsMachine(title);
          await commands[command](argument);
        } catch (error) {
          log.failure(error);
        }
      }),
    );
  own(log);
  return publicApi(definitions, NO_RUNS);
}

const needsMachine = (title: string) =>
  new EnvironmentFault(
    vscode.l10n.t('"{0}" needs files and processes, which VS Code in a browser does not have', title.replace(/…$/, '')),
    vscode.l10n.t('open the folder in VS Code on a desktop, or connect to a machine'),
  );
