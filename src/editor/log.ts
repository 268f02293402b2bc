import * as vscode from 'vscode';
import { Fault, Stopped, sentenceOf } from '../common/fault';

/** The log channel, and the one way in which a failure is told to a person. */
export class Log implements vscode.Disposable {
  private readonly channel = vscode.window.createOutputChannel('BoundLens', { log: true });

  readonly info = (line: string): void => this.channel.info(line);
  readonly warn = (line: string): void => this.channel.warn(line);
  readonly error = (line: string): void => this.channel.error(line);
  private readonly told = new Set<string>();

  show(): void {
    this.channel.show(true);
  }

  /**
   * Logs an error and tells it in one sentence with a button that opens the log. What a person stopped is not a failure.
   * A defect of BoundLens is logged with its stack.
   */
  failure(error: unknown): void {
    if (error instanceof Stopped) {
      this.channel.info(error.message);
      return;
    }
    const sentence = error instanceof Fault ? error.message : `BoundLens failed: ${sentenceOf(error)}`;
    this.channel.error(error instanceof Error && !(error instanceof Fault) ? (error.stack ?? sentence) : sentence);
    void vscode.window.showErrorMessage(sentence, 'Open Log').then(choice => {
      if (choice) this.show();
    });
  }

  /** As `failure`, but tells a person the same sentence only once in a session; for work that nobody asked for. */
  failureOnce(error: unknown): void {
    const sentence = sentenceOf(error);
    if (this.told.has(sentence)) this.channel.error(sentence);
    else this.failure(error);
    this.told.add(sentence);
  }

  dispose(): void {
    this.channel.dispose();
  }
}
