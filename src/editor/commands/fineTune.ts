import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { CHECKPOINT_ENDINGS } from '../../checkpoints/endings';
import { EnvironmentFault } from '../../common/fault';
import { askRemembering, openRemembering, pickRemembering } from '../lastChoice';
import type { DefinitionService } from '../definitionService';
import type { DefinitionPlace } from '../runIndex';
import { belongsTo } from '../runIndex';
import { runDescription, runLabel } from '../runText';
import { fineTuneStudy } from '../studyDrafts';
import type { StudyGlance } from '../studyFiles';
import { activeFile, pickStudy } from './preTrain';
import { requireTrust, runStudy, type TrainingParts } from './runStudy';
import { definitionAt, subjectOf } from './subject';
import { writeStudy } from './writeStudy';

/**
 * *Fine-tune…*: weights of a definition (a finished run's, or a file) on few labels, with the data of a study. Writes what it does as a study beside
 * that one, then runs it.
 */
export async function fineTune(parts: TrainingParts, definitions: DefinitionService, argument: unknown): Promise<void> {
  requireTrust();
  const place = await placeOf(definitions, argument);
  if (!place) return;
  const checkpoint = await pickWeights(parts, place);
  if (checkpoint === undefined) return;
  const study = await pickStudy(parts.memory, activeFile() ?? place, 'Fine-tune with the data of');
  const labels = study && (await askLabels(parts.memory));
  if (!study || labels === undefined) return;
  await runStudy(parts, await draft(study, place, checkpoint, labels));
}

async function placeOf(definitions: DefinitionService, argument: unknown): Promise<DefinitionPlace | undefined> {
  const subject = subjectOf(argument);
  if (subject.kind === 'definition') return subject.place;
  if (subject.kind === 'node') {
    const entry = subject.node.kind === 'run' ? subject.node.entry : subject.node.study.entries[0];
    const named = entry?.record.trial.definition;
    if (named) return named;
  }
  const found = await definitionAt(definitions, undefined);
  return found && { file: found.document.uri.fsPath, name: found.definition.architecture.name };
}

/** Finished runs whose encoder was the definition itself, and any file. */
async function pickWeights({ runs, memory }: TrainingParts, place: DefinitionPlace): Promise<string | undefined> {
  const own = runs.all().flatMap(entry => {
    const { record, folder } = entry;
    const file = path.join(folder, 'checkpoint/encoder.safetensors');
    const fits = record.state === 'finished' && record.trial.encoder.kind === 'definition' && belongsTo(entry, place) && existsSync(file);
    const description = `${record.trial.study.name} · ${runDescription(entry, new Date())}`;
    return fits ? [{ label: runLabel(entry), description, file }] : [];
  });
  const other = { label: vscode.l10n.t('$(folder-opened) Checkpoint File…'), description: CHECKPOINT_ENDINGS.join(' '), file: undefined };
  const options = { title: vscode.l10n.t('Fine-tune {0}', place.name), placeHolder: vscode.l10n.t('Which weights?') };
  const chosen = own.length === 0 ? other : await pickRemembering(memory, 'weights', [...own, other], options);
  if (!chosen) return undefined;
  return (
    chosen.file ??
    openRemembering(memory, 'checkpoint', { title: vscode.l10n.t('Weights of {0}', place.name), filters: checkpointFilters() })
  );
}

/** File kinds of a dialog that asks for weights. */
export const checkpointFilters = (): Record<string, string[]> => ({
  [vscode.l10n.t('Checkpoints')]: CHECKPOINT_ENDINGS.map(ending => ending.slice(1)),
  [vscode.l10n.t('All files')]: ['*'],
});

async function askLabels(memory: vscode.Memento): Promise<number | undefined> {
  const text = await askRemembering(memory, 'labels', '100', {
    title: vscode.l10n.t('Fine-tune'),
    prompt: vscode.l10n.t('How many labelled points?'),
    validateInput: value =>
      /^\d+$/.test(value.trim()) && Number(value) >= 8 ? undefined : vscode.l10n.t('Give a whole number from 8 up.'),
  });
  return text === undefined ? undefined : Number(text);
}

async function draft(study: StudyGlance, place: DefinitionPlace, checkpoint: string, labels: number): Promise<StudyGlance> {
  const folder = path.dirname(study.file);
  const relative = (file: string) => path.relative(folder, file).split(path.sep).join('/');
  if (path.isAbsolute(relative(checkpoint)))
    throw new EnvironmentFault(`${checkpoint} lies on another drive than ${study.file}`, 'copy it beside the study');
  const name = `${study.name}, ${place.name} fine-tuned on ${labels}`;
  const definition = `${relative(place.file)}#${place.name}`;
  return writeStudy(study, 'fine-tune', text => fineTuneStudy(text, { name, definition, checkpoint: relative(checkpoint), labels }));
}
