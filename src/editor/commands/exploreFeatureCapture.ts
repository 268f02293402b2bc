import * as path from 'node:path';
import * as vscode from 'vscode';
import { EnvironmentFault, Stopped } from '../../common/fault';
import { studyFolderName } from '../../studies/studyFolderName';
import { CAPTURE_FOLDER } from '../captureFollower';
import { progressIn, runCli } from '../cliProcess';
import { pickRemembering } from '../lastChoice';
import type { PanelHost } from '../panelHost';
import { requireTrust, type TrainingParts } from './runStudy';

/** What exploring needs of the extension. */
type ExploreParts = Pick<TrainingParts, 'memory' | 'program' | 'engines' | 'log' | 'notices'>;

/** A specification of the multi-view laboratory, and the folder that its frames go to. */
interface Experiment {
  readonly spec: string;
  readonly name: string;
  readonly out: string;
}

/** Folders that an experiment of this window is writing to. */
const busy = new Set<string>();

/**
 * *Explore Feature Capture*: runs an experiment of the multi-view laboratory in a process of its own, with its progress shown and cancellable, and
 * opens the panel where its frames appear. Throws an EnvironmentFault where the same experiment is under way, or nothing can be started.
 */
export async function exploreFeatureCapture(parts: ExploreParts, panel: PanelHost, extension: vscode.Uri): Promise<void> {
  requireTrust();
  const experiment = await pickExperiment(parts.memory, extension);
  if (!experiment) return;
  const { name, out } = experiment;
  if (busy.has(out)) {
    panel.showTab('capture');
    throw new EnvironmentFault(`The experiment ${name} is under way`, 'cancel it or let it end first');
  }
  busy.add(out);
  try {
    panel.showTab('capture');
    await run(parts, experiment);
    const sentence = vscode.l10n.t('{0}: the experiment has ended.', name);
    parts.log.info(sentence);
    const open = vscode.l10n.t('Open Panel');
    void parts.notices.tell('studyEnded', sentence, open).then(choice => choice === open && panel.showTab('capture'));
  } catch (error) {
    if (error instanceof Stopped) parts.log.info(`Stopped the experiment ${name}`);
    else throw error;
  } finally {
    busy.delete(out);
  }
}

/** Runs it to its end. Throws the Fault that the process tells, and `Stopped` where it was cancelled. */
async function run({ program, engines, log }: ExploreParts, { spec, name, out }: Experiment): Promise<void> {
  log.info(`Started ${name}: ${spec} into ${out}`);
  const options = { location: vscode.ProgressLocation.Notification, title: `BoundLens: ${name}`, cancellable: true };
  await vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    let shown = 0;
    const onRemark = (text: string) => {
      const said = progressIn(text);
      if (!said) return;
      progress.report({ message: `${said.percent} % · ${said.label}`, increment: Math.max(0, said.percent - shown) });
      shown = Math.max(shown, said.percent);
    };
    await runCli({ program, engines, argv: ['multiview', spec, '--out', out], signal: abort.signal, onRemark });
  });
}

/** One of the workspace's specifications or the shipped one; undefined where the question is dismissed. */
async function pickExperiment(memory: vscode.Memento, extension: vscode.Uri): Promise<Experiment | undefined> {
  const first = vscode.workspace.workspaceFolders?.[0];
  if (!first) throw new EnvironmentFault('No folder is open to keep the experiment in', 'open a folder first');
  const found = await vscode.workspace.findFiles('**/*.multiview.json', '**/node_modules/**', 200);
  const items = found
    .map(uri => ({ uri, label: vscode.workspace.asRelativePath(uri), folder: vscode.workspace.getWorkspaceFolder(uri) ?? first }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const shipped = {
    uri: vscode.Uri.joinPath(extension, 'media', 'sample', 'features.multiview.json'),
    label: vscode.l10n.t('The experiment that BoundLens ships'),
    folder: first,
  };
  const chosen = await pickRemembering(memory, 'multiview', items.length > 0 ? items : [shipped], {
    ignoreFocusOut: true,
    title: vscode.l10n.t('Explore Feature Capture'),
    placeHolder: vscode.l10n.t('Which experiment? It takes about a minute, and its frames appear in the panel.'),
  });
  if (!chosen) return undefined;
  const name = path.basename(chosen.uri.fsPath).replace(/\.multiview\.json$/, '');
  return { spec: chosen.uri.fsPath, name, out: path.join(chosen.folder.uri.fsPath, CAPTURE_FOLDER, studyFolderName(name)) };
}
