import * as vscode from 'vscode';

/** The kinds of good news that a person may have had enough of. */
export type Notice = 'studyEnded' | 'exported';

const KEY = (notice: Notice) => `boundlens.silent.${notice}`;
const NOTICES: readonly Notice[] = ['studyEnded', 'exported'];

/** Tells how something ended that a person has started, unless they do not want to be told of its kind any more. */
export class Notices {
  constructor(private readonly memory: vscode.Memento) {}

  /** Shows a sentence with some actions and *Don't Show Again*; resolves with the action that was chosen. */
  async tell(notice: Notice, sentence: string, ...actions: readonly string[]): Promise<string | undefined> {
    if (this.memory.get<boolean>(KEY(notice)) === true) return undefined;
    const never = vscode.l10n.t("Don't Show Again");
    const choice = await vscode.window.showInformationMessage(sentence, ...actions, never);
    if (choice !== never) return choice;
    await this.memory.update(KEY(notice), true);
    return undefined;
  }

  /** *Show Hidden Notifications Again*. */
  async showAgain(): Promise<void> {
    for (const notice of NOTICES) await this.memory.update(KEY(notice), undefined);
    vscode.window.setStatusBarMessage(vscode.l10n.t('BoundLens tells again when a study has ended.'), 5_000);
  }
}
