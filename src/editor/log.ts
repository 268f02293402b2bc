import * as vscode from 'vscode';
import { Fault, Stopped, sentenceOf } from '../common/fault';

/** The log channel, and the one way in which a failure is told to a person. */
export class Log implements vscode.Disposable {
  private readonly channel: vscode.LogOutputChannel;
  private readonly changedTrouble = new vscode.EventEmitter<void>();
  private readonly wroteError = new vscode.EventEmitter<string>();
  private sentence: string | undefined;

  readonly info = (line: string): void => this.channel.info(line);
  readonly warn = (line: string): void => this.channel.warn(line);
  readonly error = (line: string): void => {
    this.channel.error(line);
    this.wroteError.fire(line);
  };
  /** Fires when `trouble` has become another. */
  readonly onDidChangeTrouble = this.changedTrouble.event;
  /** Fires with every line that is written as an error. */
  readonly onDidWriteError = this.wroteError.event;

  /** @param name of the channel: disposing of one closes every other of its name */
  constructor(name = 'BoundLens') {
    this.channel = vscode.window.createOutputChannel(name, { log: true });
  }

  /** Why something that nobody asked for failed last; undefined once the log has been shown. */
  get trouble(): string | undefined {
    return this.sentence;
  }

  show(): void {
    this.channel.show(true);
    this.setTrouble(undefined);
  }

  /**
   * For what a person has asked for: logs an error and tells it in one sentence with a button that opens the log. What a person stopped is not a failure.
   * A defect of BoundLens is logged with its stack.
   */
  failure(error: unknown): void {
    if (error instanceof Stopped) {
      this.channel.info(error.message);
      return;
    }
    const sentence = this.write(error);
    const open = vscode.l10n.t('Open Log');
    void vscode.window.showErrorMessage(sentence, open).then(choice => {
      if (choice) this.show();
    });
  }

  /** For work that nobody has asked for: logs an error; the status bar says that there is something to read, no notification does. */
  silentFailure(error: unknown): void {
    if (error instanceof Stopped) this.channel.info(error.message);
    // The same again, as a look at a broken disk four times a second would have it, is not worth another line.
    else if (toldOf(error) !== this.sentence) this.setTrouble(this.write(error));
  }

  dispose(): void {
    this.changedTrouble.dispose();
    this.wroteError.dispose();
    this.channel.dispose();
  }

  private write(error: unknown): string {
    const sentence = toldOf(error);
    this.error(error instanceof Error && !(error instanceof Fault) ? (error.stack ?? sentence) : sentence);
    return sentence;
  }

  private setTrouble(sentence: string | undefined): void {
    if (sentence === this.sentence) return;
    this.sentence = sentence;
    this.changedTrouble.fire();
  }
}

const toldOf = (error: unknown): string =>
  error instanceof Fault ? error.message : vscode.l10n.t('BoundLens failed: {0}', sentenceOf(error));
