import * as vscode from 'vscode';
import { Stopped } from '../common/fault';
import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import type { BaselineDefinition } from './changeText';
import type { DefinitionService } from './definitionService';
import type { GitHead } from './gitHead';
import type { Log } from './log';
import { SECTION, settings } from './settings';

const PINS = 'boundlens.pins';

/** A pinned text larger than this would make the editor's memory slow. */
const LARGEST_PIN = 200_000;

/** What a version of a document defines. */
interface Baseline {
  readonly name: string;
  readonly definitions: readonly AnalysedDefinition[];
}

/**
 * The version of each document that the change of its bounds is measured against: the pinned one, else that of the last commit or the last save, as the
 * settings say. Answers from memory; reads in the background.
 */
export class Baselines implements vscode.Disposable {
  private readonly found = new Map<string, Baseline | undefined>();
  /** How often each document's baseline was looked for: what was found for an earlier look is out of date. */
  private readonly turns = new Map<string, number>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: readonly { dispose(): unknown }[];

  /** Fires with the document whose baseline is new. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly definitions: DefinitionService,
    private readonly head: GitHead,
    private readonly memory: vscode.Memento,
    private readonly log: Log,
  ) {
    this.subscriptions = [
      this.changed,
      head.onDidChange(() => this.lookAgain()),
      vscode.workspace.onDidSaveTextDocument(document => {
        if (settings(document.uri).baseline === 'saved') this.lookAgain([document]);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.found.delete(uri.toString())),
      vscode.workspace.onDidChangeConfiguration(event => event.affectsConfiguration(SECTION) && this.lookAgain()),
    ];
  }

  /** A definition in the baseline of its document; undefined while that is not known or when there is none. */
  of(document: vscode.TextDocument, name: string): BaselineDefinition | undefined {
    const key = document.uri.toString();
    if (!this.found.has(key)) {
      this.found.set(key, undefined);
      void this.look(document);
    }
    const baseline = this.found.get(key);
    return baseline && { name: baseline.name, definition: baseline.definitions.find(({ architecture }) => architecture.name === name) };
  }

  /** Whether a document is compared with a pinned version. */
  isPinned = (uri: vscode.Uri): boolean => this.pins()[uri.toString()] !== undefined;

  /** Pins a document as it stands now; a document that is pinned already is set free. Tells what it did. */
  async togglePin(document: vscode.TextDocument): Promise<void> {
    const { [document.uri.toString()]: pinned, ...others } = this.pins();
    const text = document.getText();
    const name = vscode.workspace.asRelativePath(document.uri);
    if (pinned === undefined && text.length > LARGEST_PIN) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t('{0} is too large to pin: more than {1} characters.', name, LARGEST_PIN.toLocaleString('en-US')),
      );
      return;
    }
    await this.memory.update(PINS, pinned === undefined ? { ...others, [document.uri.toString()]: text } : others);
    this.lookAgain([document]);
    const sentence =
      pinned === undefined
        ? vscode.l10n.t('{0} as it is now is the baseline.', name)
        : vscode.l10n.t('{0} is no longer compared with the pinned version.', name);
    vscode.window.setStatusBarMessage(`BoundLens: ${sentence}`, 5_000);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private pins(): Readonly<Record<string, string>> {
    return this.memory.get<Readonly<Record<string, string>>>(PINS, {});
  }

  private lookAgain(documents: readonly vscode.TextDocument[] = vscode.workspace.textDocuments): void {
    for (const document of documents) if (this.found.has(document.uri.toString())) void this.look(document);
  }

  private async look(document: vscode.TextDocument): Promise<void> {
    const key = document.uri.toString();
    const turn = (this.turns.get(key) ?? 0) + 1;
    this.turns.set(key, turn);
    let found: Baseline | undefined;
    try {
      const version = await this.version(document);
      found = version && { name: version.name, definitions: await this.definitions.readVersion(document, 'baseline', version.text) };
    } catch (error) {
      if (!(error instanceof Stopped)) this.log.silentFailure(error);
    }
    if (this.turns.get(key) !== turn || document.isClosed) return;
    this.found.set(key, found);
    this.changed.fire(document.uri);
  }

  private async version(document: vscode.TextDocument): Promise<{ readonly name: string; readonly text: string } | undefined> {
    const { baseline } = settings(document.uri);
    const pinned = this.pins()[document.uri.toString()];
    if (baseline === 'none') return undefined;
    if (pinned !== undefined) return { name: vscode.l10n.t('the pin'), text: pinned };
    if (document.uri.scheme === 'untitled') return undefined;
    const [name, text] =
      baseline === 'head' ? ['HEAD', await this.head.text(document.uri)] : [vscode.l10n.t('the last save'), await saved(document.uri)];
    return text === undefined ? undefined : { name, text };
  }
}

/** The text of a file as it was saved last. */
async function saved(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}
