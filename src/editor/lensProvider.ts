import * as vscode from 'vscode';
import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import type { DefinitionService } from './definitionService';
import { sizeText } from './definitionText';
import { boundText, roomFor, transferabilityText, type LensText } from './lensText';
import { actionTexts } from './actionText';
import { wantsArguments } from './argumentsText';
import type { AttachedCheckpoints } from './attachedCheckpoints';
import type { Baselines } from './baselines';
import { changeText } from './changeText';
import { isOnlyCompared, onDidChangeViews } from './diffViews';
import type { RunsView } from './runService';
import { settings } from './settings';

/** How often ages ("2 h ago") are brought up to date. */
const AGE_MS = 60_000;

/** The lenses over every definition: size, transferability, bound, and the actions, always in this order and number. Answers from memory at once. */
export class LensProvider implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private compared = '';
  private readonly subscriptions: readonly { dispose(): unknown }[];

  constructor(
    private readonly definitions: DefinitionService,
    private readonly runs: RunsView,
    private readonly baselines: Pick<Baselines, 'of' | 'onDidChange'>,
    private readonly checkpoints: Pick<AttachedCheckpoints, 'of' | 'onDidChange'>,
  ) {
    const timer = setInterval(() => {
      if (runs.all().length > 0) this.changed.fire();
    }, AGE_MS);
    this.subscriptions = [
      this.changed,
      definitions.onDidChange(() => this.changed.fire()),
      runs.onDidChangeStates(() => this.changed.fire()),
      baselines.onDidChange(() => this.changed.fire()),
      checkpoints.onDidChange(() => this.changed.fire()),
      onDidChangeViews(() => this.refreshCompared()),
      new vscode.Disposable(() => clearInterval(timer)),
    ];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const { enabled, codeLens, unlabelledImages } = settings(document.uri);
    const analysed = this.definitions.analysed(document);
    if (!enabled || !codeLens || !analysed || isOnlyCompared(document)) return [];
    return analysed.definitions.flatMap(definition => {
      const { startLine, startColumn } = definition.architecture.range;
      const header = analysed.now({ line: startLine, column: startColumn });
      const range = new vscode.Range(header, header);
      return this.commands(document, definition, unlabelledImages).map(command => new vscode.CodeLens(range, command));
    });
  }

  /** A document that is only compared from now on loses its lenses, one that is edited again gets them back. */
  private refreshCompared(): void {
    const compared = vscode.workspace.textDocuments.filter(isOnlyCompared).map(({ uri }) => uri.toString());
    if (compared.join() === this.compared) return;
    this.compared = compared.join();
    this.changed.fire();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private commands(document: vscode.TextDocument, definition: AnalysedDefinition, unlabelled: number): vscode.Command[] {
    const { architecture, bound } = definition;
    const place = { file: document.uri.fsPath, name: architecture.name };
    const run = this.runs.latestFinished(place);
    const baseline = this.baselines.of(document, architecture.name);
    const change = baseline && changeText(definition, baseline);
    const attached = this.checkpoints.of(place);
    const checkpoint = attached && { file: attached.file.split(/[\\/]/).at(-1)!, report: attached.report };
    const knowledge = { architecture, estimate: bound?.report, checkpoint, unlabelled, run, change };
    const transferability = transferabilityText(knowledge, new Date());
    const actions = actionTexts(this.runs.activeOf(place).length);
    // Without the mark of a text that cannot be read at the moment: the terms of the bound stay while somebody types.
    const room = roomFor([sizeText(architecture), transferability, ...actions]);
    const openPanel = (text: LensText): vscode.Command => ({ ...text, command: 'boundlens.openPanel', arguments: [place] });
    return [
      { ...sizeText(architecture, definition.stale), command: 'boundlens.explain', arguments: [place] },
      wantsArguments(architecture) && !run
        ? { ...transferability, command: 'boundlens.setArguments', arguments: [place] }
        : openPanel(transferability),
      openPanel(boundText(knowledge, room)),
      ...actions.map(({ command, ...text }) => ({ ...text, command, arguments: [place] })),
    ];
  }
}
