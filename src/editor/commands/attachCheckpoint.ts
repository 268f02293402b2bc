import * as path from 'node:path';
import * as vscode from 'vscode';
import type { CheckpointBound } from '../../cli/checkpointBound';
import type { AttachedCheckpoints, MeasuredNorms } from '../attachedCheckpoints';
import type { DefinitionService } from '../definitionService';
import { openRemembering } from '../lastChoice';
import { settings } from '../settings';
import { checkpointFilters } from './fineTune';
import { measured, type MeasureParts } from './measure';
import { definitionAt, subjectOf } from './subject';

/**
 * *Attach Checkpoint…*: measures the norms of a weight file and puts them into bound and hints of a definition, in place of those expected at
 * initialisation. Where one is attached already it can be replaced or detached.
 */
export async function attachCheckpoint(
  parts: MeasureParts,
  attached: AttachedCheckpoints,
  definitions: DefinitionService,
  argument: unknown,
): Promise<void> {
  const subject = await definitionAt(definitions, argument);
  if (!subject) return;
  const place = { file: subject.document.uri.fsPath, name: subject.definition.architecture.name };
  const given = givenCheckpoint(argument);
  const before = attached.of(place);
  if (before && given === undefined) {
    const question = vscode.l10n.t('{0} is attached to {1}.', path.basename(before.file), place.name);
    const [replace, detach] = [vscode.l10n.t('Replace…'), vscode.l10n.t('Detach')];
    const choice = await vscode.window.showInformationMessage(question, replace, detach);
    if (choice === detach) await attached.attach(place, undefined);
    if (choice !== replace) return;
  }
  const file =
    given ??
    (await openRemembering(parts.memory, 'checkpoint', {
      title: vscode.l10n.t('Weights of {0}', place.name),
      filters: checkpointFilters(),
    }));
  if (file === undefined) return;
  const { unlabelledImages } = settings(subject.document.uri);
  const argv = ['bound', file, '--definition', `${place.file}#${place.name}`, '--unlabelled', `${unlabelledImages}`, '--json'];
  const bound = JSON.parse(await measured(parts, vscode.l10n.t('measuring {0}', path.basename(file)), argv)) as CheckpointBound;
  const {
    checkpoint: _file,
    definition,
    composition: _composition,
    layers,
    lipschitzDecades: _decades,
    totals: _totals,
    ...report
  } = bound;
  await attached.attach(place, { file, report, norms: normsOf(layers), missing: definition?.missing.length ?? 0 });
}

const normsOf = (layers: CheckpointBound['layers']): MeasuredNorms =>
  Object.fromEntries(
    layers.flatMap(({ name, spectral, share }) => (spectral ? [[name, { lower: spectral.lower, upper: spectral.upper, share }]] : [])),
  );

/** Whoever calls it with a `checkpoint` beside file and name is not asked. */
function givenCheckpoint(argument: unknown): string | undefined {
  if (subjectOf(argument).kind !== 'definition') return undefined;
  const { checkpoint } = argument as { readonly checkpoint?: unknown };
  return typeof checkpoint === 'string' ? checkpoint : undefined;
}
