import * as vscode from 'vscode';
import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import type { DefinitionService } from './definitionService';
import { sizeText } from './definitionText';
import { boundText, roomFor, transferabilityText, type DefinitionKnowledge, type LensText } from './lensText';
import type { DefinitionPlace } from './runIndex';
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
  /** What stood over each definition last, and all that it was made of. */
  private readonly written = new WeakMap<
    AnalysedDefinition,
    { readonly said: readonly unknown[]; readonly commands: readonly vscode.Command[] }
  >();
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

  /** What stands over one definition; written anew only where something that it says has changed since, as an edit changes one definition of many. */
  private commands(document: vscode.TextDocument, definition: AnalysedDefinition, unlabelled: number): readonly vscode.Command[] {
    const place = { file: document.uri.fsPath, name: definition.architecture.name };
    const run = this.runs.latestFinished(place);
    const baseline = this.baselines.of(document, place.name);
    const attached = this.checkpoints.of(place);
    const active = this.runs.activeOf(place).length;
    const now = new Date();
    const minute = Math.floor(now.getTime() / AGE_MS);
    const said = [place.file, run, baseline?.name, baseline?.definition, attached?.file, attached?.report, active, unlabelled, minute];
    const before = this.written.get(definition);
    if (before?.said.every((value, index) => value === said[index])) return before.commands;
    const change = baseline && changeText(definition, baseline);
    const checkpoint = attached && { file: attached.file.split(/[\\/]/).at(-1)!, report: attached.report };
    const knowledge = { architecture: definition.architecture, estimate: definition.bound?.report, checkpoint, unlabelled, run, change };
    const commands = lensesOf(definition, knowledge, place, active, now);
    this.written.set(definition, { said, commands });
    return commands;
  }
}

/** The lenses over a definition, from left to right. */
function lensesOf(
  { architecture, stale }: AnalysedDefinition,
  knowledge: DefinitionKnowledge,
  place: DefinitionPlace,
  active: number,
  now: Date,
): readonly vscode.Command[] {
  const transferability = transferabilityText(knowledge, now);
  const actions = actionTexts(active);
  // Without the mark of a text that cannot be read at the moment: the terms of the bound stay while somebody types.
  const room = roomFor([sizeText(architecture), transferability, ...actions]);
  const lens = (text: LensText, command: string): vscode.Command => ({ ...text, command, arguments: [place] });
  return [
    lens(sizeText(architecture, stale), 'boundlens.explain'),
    lens(transferability, wantsArguments(architecture) && !knowledge.run ? 'boundlens.setArguments' : 'boundlens.openPanel'),
    lens(boundText(knowledge, room), 'boundlens.openPanel'),
    ...actions.map(({ command, ...text }) => lens(text, command)),
  ];
}
