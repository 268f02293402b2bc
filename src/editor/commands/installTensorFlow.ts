import * as vscode from 'vscode';
import { EnvironmentFault } from '../../common/fault';
import { tryEngine } from '../../runs/tryEngine';
import { installTensorFlow as install } from '../../training/engine/install/installTensorFlow';
import type { Log } from '../log';
import { SECTION } from '../settings';

export interface InstallParts {
  readonly log: Log;
  /** Folder of engines, in the extension's own storage. */
  readonly engines: string;
  /** Path of `dist/trainer.js`. */
  readonly trainer: string;
}

/** *Install TensorFlow Engine*: with the user's npm, into the extension's storage, shown and cancellable; then offers to train with it. */
export async function installTensorFlow({ log, engines, trainer }: InstallParts): Promise<void> {
  if (!vscode.workspace.isTrusted)
    throw new EnvironmentFault('Installing an engine runs npm, which needs a trusted workspace', 'trust this workspace first');
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('BoundLens: TensorFlow engine'),
    cancellable: true,
  };
  await vscode.window.withProgress(options, (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return install({
      engines,
      signal: abort.signal,
      progress: message => {
        log.info(`TensorFlow engine: ${message}`);
        progress.report({ message: `${message}…` });
      },
      tryOut: async () => {
        const { works, detail = '' } = await tryEngine('tensorflow', trainer, engines);
        return works ? undefined : detail.replace(/\.$/, '');
      },
    });
  });
  log.info(`TensorFlow is installed in ${engines}`);
  const use = vscode.l10n.t('Use It');
  const choice = await vscode.window.showInformationMessage(vscode.l10n.t('The TensorFlow engine is installed and works.'), use);
  if (choice === use) await vscode.workspace.getConfiguration(SECTION).update('engine', 'tensorflow', vscode.ConfigurationTarget.Global);
}
