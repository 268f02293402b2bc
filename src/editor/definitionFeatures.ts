import * as vscode from 'vscode';
import { DefinitionService, SOURCES } from './definitionService';
import { HintProvider } from './hintProvider';
import { HoverProvider } from './hoverProvider';
import { LensProvider } from './lensProvider';
import { QuickFixes } from './quickFixes';
import type { RunsView } from './runService';

/** Shows what is known of definitions where they are written: lenses, hints, hovers, quick fixes; the same on a desktop and in a browser. */
export function registerDefinitionFeatures(definitions: DefinitionService, runs: RunsView): vscode.Disposable {
  const lenses = new LensProvider(definitions, runs);
  const hints = new HintProvider(definitions);
  return vscode.Disposable.from(
    lenses,
    hints,
    vscode.languages.registerCodeLensProvider(SOURCES, lenses),
    vscode.languages.registerInlayHintsProvider(SOURCES, hints),
    vscode.languages.registerHoverProvider(SOURCES, new HoverProvider(definitions, runs)),
    vscode.languages.registerCodeActionsProvider(SOURCES, new QuickFixes(definitions), QuickFixes.metadata),
  );
}
