import * as vscode from 'vscode';
import type { StartWorker, WorkerPort } from '../definitions/workerPort';
import type { CheckedStudyProblem } from '../studies/checkStudyText';
import type { StudyAnswer, StudyQuestion } from '../studyChecks';
import type { Log } from './log';
import { isExcluded, SECTION, settings } from './settings';

/** Rest after the last keystroke in a study before it is checked. */
const DELAY_MS = 400;

const inScheme = (scheme: string): vscode.DocumentFilter => ({ pattern: '**/*.study.json', scheme });

export const STUDIES: vscode.DocumentSelector = inScheme('file');
/** Studies in a browser, wherever its folders come from. */
export const STUDIES_IN_BROWSER: vscode.DocumentSelector = ['file', 'vscode-vfs', 'vscode-remote'].map(inScheme);

const SEVERITY = { error: vscode.DiagnosticSeverity.Error, information: vscode.DiagnosticSeverity.Information } as const;

/**
 * Checks studies while they are written, in a worker of their own that starts with the first of them, and shows what is wrong where it stands. What VS Code
 * says of any JSON is left to it; the schema that it has for studies completes and explains, and finds no fault, so that none is listed twice.
 */
export class StudyProblems implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('boundlens.studies');
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** What each question under way is about. */
  private readonly asked = new Map<number, { readonly uri: vscode.Uri; readonly version: number }>();
  private readonly subscriptions: readonly { dispose(): unknown }[];
  private worker: WorkerPort | undefined;
  private questions = 0;

  /**
   * @param startWorker starts `dist/studyChecks.js`, or `dist/web/studyChecks.js` in a browser
   * @param studies what is checked
   * @param docs the page that explains the codes
   */
  constructor(
    private readonly startWorker: StartWorker,
    private readonly studies: vscode.DocumentSelector,
    private readonly docs: vscode.Uri,
    private readonly log: Log,
  ) {
    const lookAtAll = () => {
      for (const document of vscode.workspace.textDocuments) this.look(document, 0);
    };
    this.subscriptions = [
      this.collection,
      vscode.workspace.onDidOpenTextDocument(document => this.look(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.look(document, DELAY_MS)),
      vscode.workspace.onDidSaveTextDocument(document => this.look(document, 0)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.collection.delete(uri)),
      vscode.workspace.onDidChangeConfiguration(event => event.affectsConfiguration(SECTION) && lookAtAll()),
      vscode.languages.registerCodeActionsProvider(studies, this, { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] }),
    ];
    lookAtAll();
  }

  provideCodeActions(document: vscode.TextDocument, _range: vscode.Range, { diagnostics }: vscode.CodeActionContext): vscode.CodeAction[] {
    const found = diagnostics.filter(({ code }) => typeof code === 'object' && code.value === 'masked-domain');
    return found.map(diagnostic => {
      const action = new vscode.CodeAction(vscode.l10n.t('Measure the domain shift'), vscode.CodeActionKind.QuickFix);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, diagnostic.range, '"measured"');
      action.diagnostics = [diagnostic];
      action.isPreferred = true;
      return action;
    });
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    void this.worker?.end();
    this.worker = undefined;
  }

  private look(document: vscode.TextDocument, delay: number): void {
    if (vscode.languages.match(this.studies, document) === 0) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => this.ask(document), delay),
    );
  }

  private ask(document: vscode.TextDocument): void {
    const { uri, version } = document;
    this.timers.delete(uri.toString());
    if (document.isClosed) return;
    const { enabled, diagnostics } = settings(uri);
    if (!enabled || !diagnostics || isExcluded(document)) {
      this.collection.delete(uri);
      return;
    }
    const id = this.questions++;
    this.asked.set(id, { uri, version });
    this.worker ??= this.start();
    this.worker.post({ id, file: uri.fsPath, text: document.getText() } satisfies StudyQuestion);
  }

  private start(): WorkerPort {
    const say = (reason: string) => this.log.warn(`The checks of studies stopped: ${reason}`);
    const worker = this.startWorker({
      received: message => this.take(message as StudyAnswer),
      unreadable: say,
      stopped: reason => {
        if (this.worker !== worker) return;
        say(reason);
        this.worker = undefined;
        this.asked.clear();
      },
    });
    worker.hold(false);
    return worker;
  }

  private take(answer: StudyAnswer): void {
    const about = this.asked.get(answer.id);
    this.asked.delete(answer.id);
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === about?.uri.toString());
    if (!about || document?.version !== about.version) return;
    if ('failure' in answer) this.log.warn(`${vscode.workspace.asRelativePath(about.uri)} was not checked: ${answer.failure}`);
    else
      this.collection.set(
        about.uri,
        answer.problems.filter(({ isSyntax }) => !isSyntax).map(problem => this.diagnostic(document, problem)),
      );
  }

  private diagnostic(
    document: vscode.TextDocument,
    { offset, length, place, problem, mend, severity, code }: CheckedStudyProblem,
  ): vscode.Diagnostic {
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + Math.max(1, length)));
    const diagnostic = new vscode.Diagnostic(range, `${place} ${problem}: ${mend}.`, SEVERITY[severity]);
    diagnostic.source = 'BoundLens';
    diagnostic.code = { value: code, target: this.docs };
    return diagnostic;
  }
}
