import * as vscode from 'vscode';
import { askRemembering, pickRemembering } from '../lastChoice';
import { lambdasIn, SWEPT, sweepStudy } from '../studyDrafts';
import { activeFile, pickStudy, readGlance } from './preTrain';
import { requireTrust, runStudy, type TrainingParts } from './runStudy';
import { subjectOf } from './subject';
import { writeStudy } from './writeStudy';

const KINDS = (Object.keys(SWEPT) as (keyof typeof SWEPT)[]).map(swept => ({ label: SWEPT[swept], swept }));

/** *Sweep Regulariser…*: one study over several strengths of a regulariser and none, written beside the study that it was made of, then run. */
export async function sweepRegulariser(parts: TrainingParts, argument: unknown): Promise<void> {
  requireTrust();
  const { memory } = parts;
  const subject = subjectOf(argument);
  const study =
    subject.kind === 'file'
      ? await readGlance(subject.uri)
      : await pickStudy(memory, subject.kind === 'definition' ? subject.place : activeFile(), vscode.l10n.t('Sweep the regulariser of'));
  const kind =
    study &&
    (await pickRemembering(memory, 'sweptKind', KINDS, { title: vscode.l10n.t('Sweep'), placeHolder: vscode.l10n.t('Which regulariser?') }))
      ?.swept;
  if (!study || !kind) return;
  const text = await askRemembering(memory, `lambdas.${kind}`, kind === 'l2' ? '0.01, 0.05, 0.1' : '0.001, 0.003, 0.01', {
    title: vscode.l10n.t('Sweep {0}', SWEPT[kind]),
    prompt: vscode.l10n.t('Which λ? Each runs once with every seed of the study, beside no regulariser.'),
    validateInput: value => (lambdasIn(value) ? undefined : vscode.l10n.t('Give numbers from 0 up, with commas between them.')),
  });
  const lambdas = text === undefined ? undefined : lambdasIn(text);
  if (!lambdas) return;
  const name = `${study.name}, ${SWEPT[kind]} sweep`;
  await runStudy(parts, await writeStudy(study, 'sweep', template => sweepStudy(template, { name, kind, lambdas })));
}
