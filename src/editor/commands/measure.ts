import * as path from 'node:path';
import * as vscode from 'vscode';
import { runCli } from '../cliProcess';
import { openRemembering } from '../lastChoice';
import type { TextPages } from '../textPages';
import type { TrainingParts } from './runStudy';

/** What commands that measure files need of the extension. */
export type MeasureParts = Pick<TrainingParts, 'memory' | 'program' | 'engines'>;

const ARRAYS = { 'Arrays (.npy, .npz, .safetensors)': ['npy', 'npz', 'safetensors'], 'All files': ['*'] };

/** *Score Features…*: how well stored features suit stored labels, by every score, with intervals. */
export async function scoreFeatures(parts: MeasureParts, pages: TextPages): Promise<void> {
  const features = await openRemembering(parts.memory, 'features', {
    title: vscode.l10n.t('Score Features: the features, one row a point'),
    filters: ARRAYS,
  });
  const labels =
    features &&
    (await openRemembering(parts.memory, 'labelsFile', { title: vscode.l10n.t('Score Features: their labels'), filters: ARRAYS }));
  if (!features || !labels) return;
  const text = await measured(parts, vscode.l10n.t('scoring features'), ['transferability', '--features', features, '--labels', labels]);
  await pages.show(`Scores: ${path.basename(features)}.txt`, `Features ${features}\nLabels ${labels}\n\n${text}`);
}

/** *Measure Domain Shift…*: how far two sets of features are apart. */
export async function measureShift(parts: MeasureParts, pages: TextPages): Promise<void> {
  const source = await openRemembering(parts.memory, 'source', {
    title: vscode.l10n.t('Domain Shift: features of the pre-training domain'),
    filters: ARRAYS,
  });
  const target =
    source &&
    (await openRemembering(parts.memory, 'target', {
      title: vscode.l10n.t('Domain Shift: features of the downstream domain'),
      filters: ARRAYS,
    }));
  if (!source || !target) return;
  const text = await measured(parts, vscode.l10n.t('measuring domain shift'), ['shift', '--source', source, '--target', target]);
  await pages.show(`Shift: ${path.basename(source)} – ${path.basename(target)}.txt`, `Source ${source}\nTarget ${target}\n\n${text}`);
}

/** Runs a command of `boundlens` with its progress shown and cancellable. */
export function measured({ program, engines }: MeasureParts, title: string, argv: readonly string[]): Promise<string> {
  const options = { location: vscode.ProgressLocation.Notification, title: `BoundLens: ${title}`, cancellable: true };
  return Promise.resolve(
    vscode.window.withProgress(options, (_progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      return runCli({ program, engines, argv, signal: abort.signal });
    }),
  );
}
