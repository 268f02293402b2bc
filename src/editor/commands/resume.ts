import * as vscode from 'vscode';
import { EnvironmentFault } from '../../common/fault';
import { pickRemembering } from '../lastChoice';
import { byStudy, isActive, type StudyRuns } from '../runIndex';
import { requireTrust, resumeRuns, type TrainingParts } from './runStudy';
import { subjectOf } from './subject';

/** Whether a study has runs that were stopped, interrupted or failed, and none that is at work. */
const canResume = ({ entries }: StudyRuns): boolean => !entries.some(isActive) && entries.some(({ record }) => record.state !== 'finished');

/** *Resume*: the runs of a study that were stopped, interrupted or failed; finished ones are kept. */
export async function resume(parts: TrainingParts, argument: unknown): Promise<void> {
  requireTrust();
  const subject = subjectOf(argument);
  const studies = byStudy(parts.runs.all()).filter(canResume);
  const folder =
    subject.kind !== 'node' ? undefined : subject.node.kind === 'study' ? subject.node.study.folder : subject.node.entry.studyFolder;
  const named = folder === undefined ? studies : studies.filter(study => study.folder === folder);
  if (named.length === 0) throw new EnvironmentFault('There is no run to resume: all have finished or are at work', 'pre-train a study');
  const items = named.map(study => {
    const left = study.entries.filter(({ record }) => record.state !== 'finished').length;
    return { label: study.name, description: vscode.l10n.t('{0} of {1} runs left', left, study.entries.length), study };
  });
  const chosen =
    items.length === 1
      ? items[0]
      : await pickRemembering(parts.memory, 'resumed', items, {
          title: vscode.l10n.t('Resume'),
          placeHolder: vscode.l10n.t('Which study?'),
        });
  if (chosen) await resumeRuns(parts, chosen.study);
}
