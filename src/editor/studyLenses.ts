import * as vscode from 'vscode';
import { t } from '../common/translation';
import { byStudy, isActive, type StudyRuns } from './runIndex';
import type { RunService } from './runService';
import { isExcluded, settings } from './settings';
import { glance, type StudyGlance } from './studyFiles';

/** The lenses over a study, always three: run or stop it, compare its runs, open the panel on it. */
export class StudyLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly runs: Pick<RunService, 'all' | 'onDidChangeStates'>) {
    this.subscription = runs.onDidChangeStates(() => this.changed.fire());
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const { enabled, codeLens } = settings(document.uri);
    if (!enabled || !codeLens || isExcluded(document)) return [];
    const study = glance(document.uri.fsPath, document.getText());
    const started = byStudy(this.runs.all()).find(({ entries }) => entries[0]?.record.trial.study.file === document.uri.fsPath);
    return studyLensTexts(study, started).map(({ command, ...text }) => {
      const node = started && command !== 'boundlens.preTrain' ? { kind: 'study', study: started } : document.uri;
      return new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { ...text, command, arguments: [node] });
    });
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

interface StudyLensText {
  readonly title: string;
  readonly tooltip: string;
  readonly command: string;
}

/** What stands over a study: `Pre-train 12 runs | 4 of 12 finished: Compare | Panel`. */
function studyLensTexts(study: StudyGlance, started: StudyRuns | undefined): readonly StudyLensText[] {
  const entries = started?.entries ?? [];
  const active = entries.filter(isActive).length;
  const finished = entries.filter(({ record }) => record.state === 'finished').length;
  const trials = study.trials === undefined ? '' : ` ${countText(study.trials)}`;
  return [
    active > 0
      ? { title: t('Stop {0}', countText(active)), tooltip: t('What is finished stays.'), command: 'boundlens.stop' }
      : {
          title: `${t('Pre-train')}${trials}`,
          tooltip: t('Pre-train, fine-tune and certify every arm with every seed.'),
          command: 'boundlens.preTrain',
        },
    finished === 0
      ? {
          title: t('Sweep Regulariser…'),
          tooltip: t('A study over several strengths of a regulariser, made of this one.'),
          command: 'boundlens.sweepRegulariser',
        }
      : {
          title: t('{0} of {1} finished: Compare', finished, entries.length),
          tooltip: t('Runs side by side.'),
          command: 'boundlens.compareRuns',
        },
    { title: t('Panel'), tooltip: t('Training curves, terms of the bound and runs side by side.'), command: 'boundlens.openPanel' },
  ];
}

const countText = (runs: number): string => (runs === 1 ? t('1 run') : t('{0} runs', runs));
