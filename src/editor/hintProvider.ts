import * as vscode from 'vscode';
import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import type { DefinitionService } from './definitionService';
import { layerHints, type CapacityShares, type LayerHint } from './hintText';
import { layerMarkdown } from './hoverText';
import { settings } from './settings';

/** A hint that can still be explained when the mouse comes. */
class LayerInlayHint extends vscode.InlayHint {
  constructor(
    position: vscode.Position,
    readonly hint: LayerHint,
    readonly shares: CapacityShares,
  ) {
    super(position, hint.text);
  }
}

/** The hints behind layers: parameters, norm at initialisation, share of capacity. Answers from memory; explains a hint only when asked. */
export class HintProvider implements vscode.InlayHintsProvider<LayerInlayHint>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly definitions: DefinitionService) {
    this.subscription = definitions.onDidChange(() => this.changed.fire());
  }

  provideInlayHints(document: vscode.TextDocument, range: vscode.Range): LayerInlayHint[] {
    const { enabled, inlayHints } = settings(document.uri);
    const analysed = this.definitions.analysed(document);
    if (!enabled || !inlayHints || !analysed) return [];
    return analysed.definitions.flatMap(definition => {
      const { hints, shares } = hintsOf(definition);
      return hints.map(hint => new LayerInlayHint(analysed.now(hint), hint, shares)).filter(hint => range.contains(hint.position));
    });
  }

  resolveInlayHint(hint: LayerInlayHint): LayerInlayHint {
    hint.tooltip = new vscode.MarkdownString(layerMarkdown(hint.hint.layer, hint.shares));
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
}

/** Definitions that an edit leaves as they are stay the same objects. */
const written = new WeakMap<AnalysedDefinition, DefinitionHints>();

/** The hints at the layers of a definition, written once, and the shares of the log capacity in them. */
export function hintsOf(definition: AnalysedDefinition): DefinitionHints {
  const before = written.get(definition);
  if (before) return before;
  const shares = capacityShares(definition);
  const hints = { hints: layerHints(definition.architecture.layers, shares), shares };
  written.set(definition, hints);
  return hints;
}

/** Shares of the log capacity by layer path; empty when the bound is not known. */
function capacityShares({ bound, boundLayers }: AnalysedDefinition): CapacityShares {
  const shares = new Map<string, number>();
  boundLayers.forEach(({ path }, index) => shares.set(path, (shares.get(path) ?? 0) + (bound?.layers[index]?.share ?? 0)));
  return shares;
}
