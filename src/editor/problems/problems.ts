import * as vscode from 'vscode';
import type { AnalysedDocument, DefinitionService } from '../definitionService';
import { isOnlyCompared } from '../diffViews';
import { hintsOf } from '../hintProvider';
import { settings, SECTION } from '../settings';
import type { StudyArguments } from '../studyArguments';
import { definitionProblems, type DefinitionProblem } from './definitionProblems';

export const SOURCE = 'BoundLens';

const SEVERITY = { information: vscode.DiagnosticSeverity.Information, hint: vscode.DiagnosticSeverity.Hint } as const;

/** A problem, and where it stands now. */
export interface ShownProblem {
  readonly problem: DefinitionProblem;
  readonly range: vscode.Range;
}

/** What is to be said about the definitions of open documents, in the text and in the Problems view; follows every reading. */
export class Problems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('boundlens');
  private readonly subscriptions: readonly { dispose(): unknown }[];

  /** @param docs the page that explains the codes */
  constructor(
    private readonly definitions: DefinitionService,
    private readonly studies: Pick<StudyArguments, 'usesRadReg'>,
    private readonly docs: vscode.Uri,
  ) {
    this.subscriptions = [
      this.collection,
      definitions.onDidChange(uri => this.refresh(uri)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.collection.delete(uri)),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration(SECTION)) for (const { uri } of vscode.workspace.textDocuments) this.refresh(uri);
      }),
    ];
  }

  /** The problems of a document; none while it is out of sight of BoundLens. */
  of(document: vscode.TextDocument, analysed: AnalysedDocument): readonly ShownProblem[] {
    const isRegularised = /\brad_?reg/i.test(document.getText()) || this.studies.usesRadReg(document.uri);
    const place = (line: number, column: number) => analysed.now({ line, column });
    return analysed.definitions.flatMap(definition =>
      definitionProblems(definition, hintsOf(definition).shares, isRegularised).map(problem => {
        const { startLine, startColumn, endLine, endColumn } = problem.range;
        return { problem, range: document.validateRange(new vscode.Range(place(startLine, startColumn), place(endLine, endColumn))) };
      }),
    );
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private refresh(uri: vscode.Uri): void {
    const document = vscode.workspace.textDocuments.find(open => open.uri.toString() === uri.toString());
    const { enabled, diagnostics } = settings(uri);
    const analysed = document && enabled && diagnostics && !isOnlyCompared(document) ? this.definitions.analysed(document) : undefined;
    if (!document || !analysed) this.collection.delete(uri);
    else
      this.collection.set(
        uri,
        this.of(document, analysed).map(shown => this.diagnostic(shown)),
      );
  }

  private diagnostic({ problem, range }: ShownProblem): vscode.Diagnostic {
    const diagnostic = new vscode.Diagnostic(range, problem.message, SEVERITY[problem.severity]);
    diagnostic.source = SOURCE;
    diagnostic.code = { value: problem.code, target: this.docs };
    return diagnostic;
  }
}
