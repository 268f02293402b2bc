import * as vscode from 'vscode';
import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import type { AttachedCheckpoint, AttachedCheckpoints } from './attachedCheckpoints';
import type { DefinitionService } from './definitionService';
import { isOnlyCompared, onDidChangeViews } from './diffViews';
import { capacityShares, layerHints, type CapacityShares, type LayerHint } from './hintText';
import { layerMarkdown } from './hoverText';
import { settings } from './settings';

/** A hint that can still be explained when the mouse comes. */
class LayerInlayHint extends vscode.InlayHint {
  constructor(
    position: vscode.Position,
    readonly hint: LayerHint,
    readonly shares: CapacityShares,
    readonly attached: AttachedCheckpoint | undefined,
  ) {
    super(position, hint.text);
  }
}

/** The hints behind layers: parameters, norm at initialisation, share of capacity. Answers from memory; explains a hint only when asked. */
export class HintProvider implements vscode.InlayHintsProvider<LayerInlayHint>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly definitions: DefinitionService,
    private readonly checkpoints: Pick<AttachedCheckpoints, 'of' | 'onDidChange'>,
  ) {
    const fire = () => this.changed.fire();
    this.subscription = vscode.Disposable.from(definitions.onDidChange(fire), checkpoints.onDidChange(fire), onDidChangeViews(fire));
  }

  provideInlayHints(document: vscode.TextDocument, range: vscode.Range): LayerInlayHint[] {
    const { enabled, inlayHints } = settings(document.uri);
    const analysed = this.definitions.analysed(document);
    if (!enabled || !inlayHints || !analysed || isOnlyCompared(document)) return [];
    const hinted = new Map<string, LayerInlayHint>();
    for (const definition of analysed.definitions) {
      const attached = this.checkpoints.of({ file: document.uri.fsPath, name: definition.architecture.name });
      const { hints, shares } = hintsOf(definition, attached);
      for (const hint of hints) {
        const position = analysed.now(hint);
        const place = `${position.line}:${position.character}`;
        // A line that constructs layers of several definitions, as a function that others call, says what the first makes of it.
        if (range.contains(position) && !hinted.has(place)) hinted.set(place, new LayerInlayHint(position, hint, shares, attached));
      }
    }
    return [...hinted.values()];
  }

  resolveInlayHint(hint: LayerInlayHint): LayerInlayHint {
    hint.tooltip = new vscode.MarkdownString(layerMarkdown(hint.hint.layer, hint.shares, hint.attached));
    return hint;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

interface DefinitionHints {
  readonly hints: readonly LayerHint[];
  readonly shares: CapacityShares;
  readonly attached: AttachedCheckpoint | undefined;
}

/** Definitions that an edit leaves as they are stay the same objects. */
const written = new WeakMap<AnalysedDefinition, DefinitionHints>();

/** The hints at the layers of a definition, written once, and the shares of the log capacity in them: with measured norms where weights are attached. */
export function hintsOf(definition: AnalysedDefinition, attached?: AttachedCheckpoint): DefinitionHints {
  const before = written.get(definition);
  if (before && before.attached?.file === attached?.file && before.attached?.report.total === attached?.report.total) return before;
  const shares = capacityShares(definition, attached?.norms);
  const hints = { hints: layerHints(definition.architecture.layers, shares, attached?.norms), shares, attached };
  written.set(definition, hints);
  return hints;
}
