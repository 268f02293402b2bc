import * as vscode from 'vscode';
import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import type { DefinitionService } from './definitionService';
import { sizeText } from './definitionText';
import { boundText, transferabilityText, type LensText } from './lensText';
import { actionTexts } from './actionText';
import { wantsArguments } from './argumentsText';
import type { RunsView } from './runService';
import { settings } from './settings';

/** How often ages ("2 h ago") are brought up to date. */
const AGE_MS = 60_000;

/** The lenses over every definition: size, transferability, bound, and the actions, always in this order and number. Answers from memory at once. */
export class LensProvider implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscriptions: readonly { dispose(): unknown }[];

  constructor(
    private readonly definitions: DefinitionService,
    private readonly runs: RunsView,
  ) {
    const timer = setInterval(() => {
      if (runs.all().length > 0) this.changed.fire();
    }, AGE_MS);
    this.subscriptions = [
      this.changed,
      definitions.onDidChange(() => this.changed.fire()),
      runs.onDidChangeStates(() => this.changed.fire()),
      new vscode.Disposable(() => clearInterval(timer)),
    ];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const { enabled, codeLens, unlabelledImages } = settings(document.uri);
    const analysed = this.definitions.analysed(document);
    if (!enabled || !codeLens || !analysed) return [];
    return analysed.definitions.flatMap(definition => {
      const { startLine, startColumn } = definition.architecture.range;
      const header = analysed.now({ line: startLine, column: startColumn });
      const range = new vscode.Range(header, header);
      return this.commands(document, definition, unlabelledImages).map(command => new vscode.CodeLens(range, command));
    });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private commands(document: vscode.TextDocument, definition: AnalysedDefinition, unlabelled: number): vscode.Command[] {
    const { architecture, bound } = definition;
    const place = { file: document.uri.fsPath, name: architecture.name };
    const run = this.runs.latestFinished(place);
    const knowledge = { architecture, estimate: bound?.report, unlabelled, run };
    const openPanel = (text: LensText): vscode.Command => ({ ...text, command: 'boundlens.openPanel', arguments: [place] });
    return [
      { ...sizeText(architecture, definition.stale), command: 'boundlens.explain', arguments: [place] },
      wantsArguments(architecture) && !run
        ? { ...transferabilityText(knowledge, new Date()), command: 'boundlens.setArguments', arguments: [place] }
        : openPanel(transferabilityText(knowledge, new Date())),
      openPanel(boundText(knowledge)),
      ...actionTexts(this.runs.activeOf(place).length).map(({ command, ...text }) => ({ ...text, command, arguments: [place] })),
    ];
  }
}
